"""The events of one transaction, and all that the rules which wait for them need, loaded with one query each."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from conduits import gate, holding
from conduits.models import Conduit
from picos.models import Event
from picos.rows import fetched, rows_by_id
from picos.turns import take_turn
from rules.engine.around import look_around
from rules.engine.bounds import Bounds
from rules.engine.claiming import Claim
from rules.engine.effects import Effects
from rules.engine.moment import Moment
from rules.engine.plan import Plan
from rules.engine.quotas import Quotas
from rules.engine.waiting import Waits, due_anchors
from rules.engine.watching import Watches
from rules.event_types import RULE_STARTED
from rules.models import Rule, Run
from rules.triggers import fits

_URLS = "SELECT id, company_id, url FROM conduits_endpoint WHERE id = ANY(%b::uuid[]) AND deleted_at IS NULL"


class Surroundings:
    """Of some events and the rules that may meet them: picos, owners, conduits and endpoints, as they are now."""

    def __init__(self, events: Sequence[Event], plans: Iterable[Plan]) -> None:
        self.effects = Effects()
        self._events = {event.id: event for event in events}
        self._conduits = look_around(events)
        self._endpoints = _endpoints(plans)
        self._origins = _origins(events)

    def moment(self, event: Event, plan: Plan) -> Moment:
        """The meeting of the two."""
        origin = self._origins.get(event.id) if self._origins else None
        return Moment(event, plan, self._conduits[event.id], self.effects, self._endpoints, origin=origin)

    def look_back(self, runs: Iterable[Run]) -> None:
        """Loads the events with which these runs began, and what stands around them, as far as it is not there."""
        began = rows_by_id(Event, {run.event_id for run in runs} - self._events.keys())
        self._conduits.update(look_around(list(began.values())))
        self._origins.update(_origins(began.values()))
        self._events.update(began)

    def moment_again(self, run: Run, plan: Plan, *, reply: Event | None, at: datetime | None) -> Moment | None:
        """The earlier meeting, of which the run goes on at this time; None when its event is not kept any more."""
        self.look_back([run])
        event = self._events.get(run.event_id)
        if event is None:
            return None
        endpoints = self._endpoints | _endpoints([plan])
        return Moment(
            event,
            plan,
            self._conduits[event.id],
            self.effects,
            endpoints,
            reply,
            self._origins.get(event.id),
            at or event.at,
        )

    def conduit_of(self, event: Event) -> Conduit | None:
        """The conduit of the owner at the time of the event, whatever its state now."""
        return self._conduits[event.id]


class Batch(Surroundings):
    """What is loaded stays as it is until the transaction ends, as it holds the picos' turns.

    It takes them before it looks: a pause that had its turn earlier is seen, a later one waits. The verbs of the
    effects take the turns too; so here they are taken all at once, in one order.
    """

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        events = [event for event, _ in claim.events]
        self.waits = Waits(events if claim.is_awaited else [])
        awaited = [event for event, plans in claim.events if plans or self.waits.has(event)]
        met = {id(plan): plan for _, plans in claim.events for plan in plans}.values()
        # What somebody waits for who may go on now, beside the things of the events.
        due = due_anchors(claim.ripe, claim.now) if claim.ripe else []
        self.turns = {event.pico_id for event in awaited if event.pico_id} | set(due)
        if self.turns:
            take_turn(*self.turns)
        super().__init__(events, met)
        self.effects.turns = self.turns
        self.look_back(self.waits.runs())
        self.bounds = Bounds(awaited)
        # Those that come back after a pause: only the company's rules of that time have not met them.
        self.held: Mapping[UUID, datetime] = holding.held_since(awaited)
        self.quotas = Quotas({plan.party_id for plan in met}, claim.now)
        stateful = [(event, plan) for event, plans in claim.events for plan in plans if not plan.stateless]
        self.watches = Watches([self.moment(event, plan) for event, plan in stateful])


def may_meet(rule: Rule, event: Event, decision: gate.Decision) -> bool:
    """Whether the event is the rule's owner's to see; a company's, if the gate lets it pass."""
    if rule.company_id:
        return rule.company_id == event.company_id and decision.passes
    return rule.person_id == event.owner_id and gate.passes_to_owner(event)


def places(plan: Plan, event: Event) -> list[int]:
    """The leaves of the rule's `when` that the event fits."""
    return [place for place, leaf in enumerate(plan.leaves) if fits(leaf, event.type, event.data)]


def _origins(events: Iterable[Event]) -> dict[UUID, Event]:
    """By the event that starts a rule: the one that its starter met. Of the same thing, so that rows are shared."""
    wanted = {event.pk: event for event in events if event.type == RULE_STARTED}
    if not wanted:
        return {}
    met = Event.objects.in_bulk({event.data["met"] for event in wanted.values()})
    found: dict[UUID, Event] = {}
    for pk, event in wanted.items():
        if origin := met.get(UUID(event.data["met"])):
            origin.pico, origin.owner = event.pico, event.owner
            found[pk] = origin
    return found


def _endpoints(plans: Iterable[Plan]) -> dict[UUID, str]:
    """The URLs of the endpoints that the rules name, each only for its own company's rules."""
    named = {(endpoint, plan.rule.company_id) for plan in plans for endpoint in plan.endpoints}
    if not named:
        return {}
    rows = fetched(_URLS, list({endpoint for endpoint, _ in named}))
    return {pk: url for pk, company_id, url in rows if (pk, company_id) in named}
