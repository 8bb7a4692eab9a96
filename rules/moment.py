"""What a rule sees and works with while it meets an event."""

from dataclasses import dataclass

from conduits.gate import passing_entries
from conduits.models import Conduit
from journals.models import Entry, Journal
from picos.models import Event, Pico
from rules.models import Rule, RuleVersion


@dataclass(frozen=True, slots=True)
class Moment:
    """One rule version meeting one event; rows are loaded by the engine, a batch at a time."""

    event: Event
    rule: Rule
    version: RuleVersion
    # The conduit between the event's company and its owner at that time; None when there is none.
    conduit: Conduit | None

    @property
    def pico(self) -> Pico:
        """The pico that the event is about; events without one have no pico fields."""
        assert self.event.pico is not None  # noqa: S101 (fields ask first)
        return self.event.pico

    @property
    def journal(self) -> Journal | None:
        """The journal of the conduit, or of a thing whose maker is not here."""
        if self.conduit:
            return self.conduit.journal
        if self.event.pico is None:
            return None
        return self.event.pico.journals.filter(closed_at=None, owner=self.event.owner_id).first()

    def unread(self) -> int:
        """How many entries of the other side the rule's owner has not seen."""
        journal = self.journal
        if journal is None:
            return 0
        owners = self.rule.person_id is not None
        read_at = journal.owner_read_at if owners else journal.company_read_at
        theirs = journal.entries.filter(author_company__isnull=not owners)
        if owners:
            theirs = theirs.exclude(visibility=Entry.Visibility.PRIVATE)
        else:
            theirs = theirs.filter(passing_entries(self.conduit)) if self.conduit else theirs.none()
        return theirs.filter(at__gt=read_at).count() if read_at else theirs.count()
