"""The gate for what an owner writes, as the journal asks it: its company's open pages are told only of what passes."""

from conduits import gate
from conduits.models import Conduit
from journals import ringing
from journals.models import Entry


def register() -> None:
    """Makes the journal ask."""
    ringing.register(_may_read)


def _may_read(entry: Entry) -> bool:
    conduit = Conduit.objects.filter(journal=entry.journal_id).first()
    return conduit is not None and gate.decide_entry(conduit, entry).passes
