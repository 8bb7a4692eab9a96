"""A company reading an owner's side of a pico: what the gate lets through, each read logged."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from conduits import access_log, gate
from conduits.access import last_conduit
from conduits.models import AccessLine, Conduit
from journals.models import Entry
from journals.models.entry import EntryQuerySet
from parties.models import Company
from picos.models import Event, Pico


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads for the company: a member at the desk or a key, in words that the owner will see."""

    company: Company
    who: str
    id: UUID | None = None
    # A member's role, or access_log.KEY.
    role: str = access_log.KEY


def read_entries(*, pico: Pico, reader: Reader) -> EntryQuerySet:
    """The entries that the company may read now; none, and a line that says so, when the gate is shut."""
    conduit = open_for(pico=pico, reader=reader, what="journal")
    if conduit is None:
        return Entry.objects.none()
    return conduit.journal.entries.filter(gate.passing_entries(conduit))


def read_events(*, pico: Pico, reader: Reader) -> QuerySet[Event]:
    """The events that the company may read now: an unclaimed pico's all, a claimed one's as granted."""
    if not pico.claimed:
        return Event.objects.filter(pico=pico, owner=None)
    conduit = open_for(pico=pico, reader=reader, what="events")
    if conduit is None:
        return Event.objects.none()
    return Event.objects.filter(pico=pico, owner=conduit.owner_id).filter(gate.passing_events(conduit))


@transaction.atomic
def open_for(
    *, pico: Pico, reader: Reader, what: str, decide: Callable[[Conduit], gate.Decision] = gate.decide_read
) -> Conduit | None:
    """The conduit through which the company may read `what` now, logged either way; None when it may not."""
    # Locked as for writing the log: what its owner shut or took back before this look stays so.
    conduit = last_conduit(pico, reader.company, held=True)
    if conduit is None:
        return None
    decision = decide(conduit)
    outcome = AccessLine.Outcome.READ if decision.passes else AccessLine.Outcome.REFUSED
    access_log.write_lines(
        [
            access_log.Line(
                conduit_id=conduit.pk,
                outcome=outcome,
                who=reader.who,
                who_id=reader.id,
                role=reader.role,
                what=what,
                what_id=pico.pk,
                reason=decision.reason,
                fields=gate.granted(conduit) if decision.passes else (),
            )
        ]
    )
    return conduit if decision.passes else None
