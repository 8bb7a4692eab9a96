"""What a rule sees and works with while it meets an event."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from conduits.gate import passing_entries
from conduits.models import Conduit
from journals.models import Entry, Journal
from picos.models import Event, Pico
from rules.engine.effects import Effects
from rules.models import Rule, RuleVersion

if TYPE_CHECKING:
    # It parses the language, whose fields are read from moments.
    from rules.engine.plan import Plan


@dataclass(frozen=True, slots=True)
class Moment:
    """One rule version meeting one event; rows are loaded by the engine, a batch at a time."""

    event: Event
    plan: "Plan"
    # The conduit between the event's company and its owner at that time; None when there is none.
    conduit: Conduit | None
    # What its actions write, all at once at the end of the batch.
    effects: Effects
    # The URLs of the company's endpoints that its rule names, those that are gone left out.
    endpoints: Mapping[UUID, str] = field(default_factory=dict)
    # The event that a wait was for, once it has come, and the time at which the run goes on; none at its start.
    reply: Event | None = None
    # Of a rule that another rule started: the event that this one met.
    origin: Event | None = None
    resumed_at: datetime | None = None

    @property
    def meant(self) -> Event:
        """The event that fields and webhooks are about."""
        return self.origin or self.event

    @property
    def rule(self) -> Rule:
        """Whose rule it is, and its name."""
        return self.plan.rule

    @property
    def version(self) -> RuleVersion:
        """The version that runs."""
        return self.plan.version

    @property
    def behind(self) -> UUID | None:
        """The company whose doing it is what the rule tells its owner: the rule is its own, or the event that the
        owner's rule meets is, or that event's rule.
        """
        if self.rule.company_id or self.event.actor_kind == "company":
            return self.rule.company_id or self.event.company_id
        if self.event.actor_kind == "rule" and self.event.actor_id:
            return Rule.objects.filter(pk=self.event.actor_id).values_list("company_id", flat=True).first()
        return None

    @property
    def at(self) -> datetime:
        """Its time: of its event at the start, then of what it waited for. Not of the clock, which may be far ahead."""
        return self.resumed_at or self.event.at

    @property
    def pico(self) -> Pico:
        """The pico that the event is about; events without one have no pico fields."""
        assert self.event.pico is not None  # noqa: S101 (fields ask first)
        return self.event.pico

    @property
    def key(self) -> UUID:
        """What the rule counts, paces and waits by: the id of the thing, of its owner or of its product."""
        definition, event = self.plan.definition, self.event
        match definition.per if definition else "pico":
            case "person":
                wanted = event.owner_id
            case "product":
                wanted = event.pico.product_id if event.pico else None
            case _:
                wanted = None
        return wanted or event.pico_id or self.rule.party.pk

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
        self.effects.write()
        owners = self.rule.person_id is not None
        read_at = journal.owner_read_at if owners else journal.company_read_at
        theirs = journal.entries.filter(author_company__isnull=not owners)
        if owners:
            theirs = theirs.exclude(visibility=Entry.Visibility.PRIVATE)
        else:
            theirs = theirs.filter(passing_entries(self.conduit)) if self.conduit else theirs.none()
        return theirs.filter(at__gt=read_at).count() if read_at else theirs.count()
