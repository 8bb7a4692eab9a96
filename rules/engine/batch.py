"""The events of one transaction, and all that the rules which wait for them need, loaded with one query each."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Model

from conduits import gate, holding
from conduits.models import Conduit
from journals.models import Journal
from parties.models import Company, Person
from picos.models import Event, Pico, Product
from picos.rows import fetched, related, rows_by_id, rows_where
from picos.turns import take_turn
from rules.engine.bounds import Bounds
from rules.engine.claiming import Claim
from rules.engine.effects import Effects
from rules.engine.moment import Moment
from rules.engine.plan import Plan
from rules.engine.quotas import Quotas
from rules.engine.waiting import Waits, due_anchors
from rules.engine.watching import Watches
from rules.event_types import RULE_STARTED
from rules.models import Rule
from rules.triggers import fits, leaves

Conduits = dict[tuple[UUID, UUID], list[Conduit]]

_OF_BOTH = "pico_id = ANY(%b::uuid[]) AND owner_id = ANY(%b::uuid[]) ORDER BY since"
_URLS = "SELECT id, company_id, url FROM conduits_endpoint WHERE id = ANY(%b::uuid[]) AND deleted_at IS NULL"


class Surroundings:
    """Of some events and the rules that may meet them: picos, owners, conduits and endpoints, as they are now."""

    def __init__(self, events: Sequence[Event], plans: Iterable[Plan]) -> None:
        self.effects = Effects()
        _load(events)
        self._conduits = _conduits(events)
        self._endpoints = _endpoints(plans)
        self._origins = _origins(events)

    def moment(self, event: Event, plan: Plan) -> Moment:
        """The meeting of the two."""
        origin = self._origins.get(event.pk)
        return Moment(event, plan, self.conduit_of(event), self.effects, self._endpoints, origin=origin)

    def moment_again(self, event: Event, plan: Plan, *, reply: Event | None, at: datetime | None) -> Moment:
        """The meeting of an earlier event, of which the run goes on at this time."""
        known = event.pico_id is None or (event.pico_id, event.owner_id) in self._conduits
        conduits = self._conduits if known else self._conduits | _conduits([event])
        endpoints = self._endpoints | _endpoints([plan])
        conduit = _conduit_of(event, conduits)
        origin = (self._origins if event.pk in self._origins else _origins([event])).get(event.pk)
        return Moment(event, plan, conduit, self.effects, endpoints, reply, origin, at or event.at)

    def conduit_of(self, event: Event) -> Conduit | None:
        """The conduit of the owner at the time of the event, whatever its state now."""
        return _conduit_of(event, self._conduits)


class Batch(Surroundings):
    """What is loaded stays as it is until the transaction ends, as it holds the picos' turns.

    It takes them before it looks: a pause that had its turn earlier is seen, a later one waits. The verbs of the
    effects take the turns too; so here they are taken all at once, in one order.
    """

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.waits = Waits(claim.events)
        awaited = [event for event in claim.events if claim.plans[event.pk] or self.waits.has(event)]
        plans = list({plan.version.pk: plan for event in awaited for plan in claim.plans[event.pk]}.values())
        # What somebody waits for who may go on now, beside the things of the events.
        due = due_anchors(claim.ripe, claim.now) if claim.ripe else []
        self.turns = {event.pico_id for event in awaited if event.pico_id} | set(due)
        if self.turns:
            take_turn(*self.turns)
        super().__init__(awaited, plans)
        self.bounds = Bounds(awaited)
        # Those that come back after a pause: only the company's rules of that time have not met them.
        self.held: Mapping[UUID, datetime] = holding.held_since(awaited)
        self.quotas = Quotas({plan.rule.party.pk for plan in plans}, claim.now)
        stateful = [(event, plan) for event in awaited for plan in claim.plans[event.pk] if not plan.stateless]
        self.watches = Watches([self.moment(event, plan) for event, plan in stateful])

    def plans_for(self, event: Event) -> Sequence[Plan]:
        """The rules that wait for it."""
        return self.claim.plans[event.pk]


def may_meet(rule: Rule, event: Event, decision: gate.Decision) -> bool:
    """Whether the event is the rule's owner's to see; a company's, if the gate lets it pass."""
    if rule.company_id:
        return rule.company_id == event.company_id and decision.passes
    return rule.person_id == event.owner_id and gate.passes_to_owner(event)


def places(plan: Plan, event: Event) -> list[int]:
    """The leaves of the rule's `when` that the event fits."""
    assert plan.definition is not None  # noqa: S101 (asked of those that can be read)
    found = enumerate(leaves(plan.definition.when))
    return [place for place, leaf in found if fits(leaf, event.type, event.data)]


def _load(events: Sequence[Event]) -> None:
    """Gives the events their picos, products and owners; each row is made once, however many share it."""
    picos = rows_by_id(Pico, {event.pico_id for event in events if event.pico_id})
    products = rows_by_id(Product, {pico.product_id for pico in picos.values() if pico.product_id})
    companies = rows_by_id(Company, {product.company_id for product in products.values()})
    people = {event.owner_id for event in events} | {pico.owner_id for pico in picos.values()}
    owners = rows_by_id(Person, {person for person in people if person})
    for product in products.values():
        related(product, company=companies[product.company_id])
    for pico in picos.values():
        related(
            pico,
            product=products.get(pico.product_id) if pico.product_id else None,
            owner=owners.get(pico.owner_id) if pico.owner_id else None,
        )
    for event in events:
        related(
            event,
            pico=picos.get(event.pico_id) if event.pico_id else None,
            owner=owners.get(event.owner_id) if event.owner_id else None,
        )


def _conduit_of(event: Event, conduits: Conduits) -> Conduit | None:
    if event.pico_id is None or event.owner_id is None:
        return None
    theirs = conduits.get((event.pico_id, event.owner_id), ())
    return next((conduit for conduit in reversed(theirs) if conduit.since <= event.sequence), None)


def _conduits(events: Sequence[Event]) -> Conduits:
    """The conduits of each pico and owner, as they followed: closed ones too, as closing is itself an event."""
    owned = {(event.pico_id, event.owner_id): (event.pico, event.owner) for event in events if event.owner}
    if not owned:
        return {}
    picos, owners = ({pair[at] for pair in owned} for at in (0, 1))
    rows = rows_where(Conduit, _OF_BOTH, list(picos), list(owners))
    journals = rows_by_id(Journal, {conduit.journal_id for conduit in rows})
    conduits: Conduits = {}
    for conduit in rows:
        # The rows that are there already, rather than as many again.
        pico, owner = owned.get((conduit.pico_id, conduit.owner_id), (None, None))
        if pico is None or owner is None:
            continue
        around: dict[str, Model | None] = {"pico": pico, "owner": owner}
        if pico.product and pico.product.company_id == conduit.company_id:
            around["company"] = pico.product.company
        journal = journals[conduit.journal_id]
        related(journal, **around)
        related(conduit, journal=journal, **around)
        conduits.setdefault((conduit.pico_id, conduit.owner_id), []).append(conduit)
    return conduits


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
    named = {
        (step.settings.endpoint, plan.rule.company_id)
        for plan in plans
        for step in plan.steps
        if hasattr(step.settings, "endpoint")
    }
    if not named:
        return {}
    rows = fetched(_URLS, list({endpoint for endpoint, _ in named}))
    return {pk: url for pk, company_id, url in rows if (pk, company_id) in named}
