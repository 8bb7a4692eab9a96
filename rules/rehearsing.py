"""Rehearsing: what a rule would have done with real events of the past, or with one typed in. Nothing is done.

Patterns begin with the first of the events, as a rule does that is written before them. Fields are read as things are
now, and texts are filled in as they would be.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from conduits import gate
from parties.models import Company, Person
from picos.models import Event, Pico
from rules import triggers
from rules.checking import check
from rules.conditions import reading
from rules.engine.batch import Surroundings, may_meet, places
from rules.engine.moment import Moment
from rules.engine.plan import Plan, plan_of
from rules.history import MOST, last_events
from rules.language.definition import Definition
from rules.listening import keys_of
from rules.models import Rule, RuleVersion, Run
from rules.triggers import needs_every_event, types

Said = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What the rule would have made of one event, or of a time that came (`at`) after one.

    `live` is what the rule as it stands made of it, if that is known.
    """

    event: Event
    at: datetime
    outcome: str
    trace: list[Said] = field(default_factory=list)
    actions: list[Said] = field(default_factory=list)
    live: str | None = None

    @property
    def differs(self) -> bool:
        """Whether the rule as it stands did otherwise."""
        return self.live is not None and (self.live == Run.Outcome.NOT_MATCHED) != (self.outcome == "not_matched")


def rehearse(
    *, party: Company | Person, definition: Definition, rule: Rule | None = None, last: int = 50
) -> list[Rehearsal]:
    """Against the last events that the party may see and the rule is about, the oldest first; at most MOST.

    `rule`: the one that the definition is a draft of. Raises RefusedError for what the party's rules cannot do.
    """
    anchors = check(party, definition)
    picos = list(Pico.objects.filter(code__in=definition.on.picos).values_list("pk", flat=True))
    heard = last_events(party, types=types(definition.when), picos=picos, most=min(last, MOST))
    return _rehearse(party, definition, anchors, list(reversed(heard)), rule)


def rehearse_with(*, party: Company | Person, definition: Definition, event: Event) -> list[Rehearsal]:
    """The same with one event that is not in the database: as if it happened now."""
    return _rehearse(party, definition, check(party, definition), [event], None)


def _rehearse(
    party: Company | Person, definition: Definition, anchors: set[UUID], events: Sequence[Event], rule: Rule | None
) -> list[Rehearsal]:
    plan = _draft_of(party, definition)
    stage = _Stage(plan, Surroundings(events, [plan]), anchors, _live(rule, events))
    told = [one for event in events for one in stage.take(event)]
    return [*told, *stage.until(timezone.now())]


def _draft_of(party: Company | Person, definition: Definition) -> Plan:
    named = {"company": party} if isinstance(party, Company) else {"person": party}
    rule = Rule(**named, name=definition.name)
    return plan_of(definition, RuleVersion(rule=rule))


def _live(rule: Rule | None, events: Sequence[Event]) -> dict[UUID, str]:
    if rule is None:
        return {}
    runs = rule.runs.filter(event_id__in=[event.pk for event in events])
    return dict(runs.values_list("event_id", "outcome"))


class _Stage:
    """Where the draft meets one event after the other; it remembers what a rule remembers."""

    def __init__(self, plan: Plan, around: Surroundings, anchors: set[UUID], live: dict[UUID, str]) -> None:
        self._plan = plan
        self._around = around
        self._anchors = anchors
        self._live = live
        self._states: dict[UUID, tuple[triggers.State, Event]] = {}
        self._fired: dict[UUID, list[datetime]] = {}

    def take(self, event: Event) -> list[Rehearsal]:
        """What comes of it: of times that came before it, and of the event itself."""
        told = self.until(event.at)
        fitting = places(self._plan, event)
        definition = self._definition
        if not self._is_watched(event) or not (fitting or needs_every_event(definition.when)):
            return told
        moment = self._around.moment(event, self._plan)
        if self._plan.stateless:
            return [*told, self._meet(moment, event.at)]
        state, _ = self._states.get(moment.key) or (triggers.begin(definition.when, event.at), event)
        state, complete = triggers.feed(definition.when, state, at=event.at, places=fitting, read=_reader(event))
        self._states[moment.key] = state, event
        if not complete:
            return [*told, Rehearsal(event, event.at, Run.Outcome.NOTED, live=self._live.get(event.pk))]
        return [*told, self._meet(moment, event.at)]

    def until(self, at: datetime) -> list[Rehearsal]:
        """What time itself brings up to then."""
        told = []
        for key, (state, event) in list(self._states.items()):
            after, fired = triggers.advance(self._definition.when, state, now=at)
            self._states[key] = after, event
            told += [self._meet(self._around.moment(event, self._plan), time) for time in fired]
        return told

    @property
    def _definition(self) -> Definition:
        assert self._plan.definition is not None  # noqa: S101 (a draft that was parsed)
        return self._plan.definition

    def _is_watched(self, event: Event) -> bool:
        pico = event.pico
        kind = (pico.product_id, pico.batch_id) if pico else ()
        conduit = self._around.conduit_of(event)
        seen = may_meet(self._plan.rule, event, gate.decide_event(event, conduit))
        return seen and any(anchor in self._anchors for _, anchor, _ in keys_of(event, kind))

    def _meet(self, moment: Moment, at: datetime) -> Rehearsal:
        holds, trace = self._plan.look(reading(moment))
        live = self._live.get(moment.event.pk)
        if not holds:
            return Rehearsal(moment.event, at, Run.Outcome.NOT_MATCHED, trace, live=live)
        if not self._may_fire(moment.key, at):
            return Rehearsal(moment.event, at, Run.Outcome.SKIPPED, trace, live=live)
        return Rehearsal(moment.event, at, Run.Outcome.FIRED, trace, _said(moment), live)

    def _may_fire(self, key: UUID, at: datetime) -> bool:
        definition, fired = self._definition, self._fired.setdefault(key, [])
        if definition.cooldown and any(at - definition.cooldown < one for one in fired):
            return False
        limit = definition.at_most
        if limit and sum(at - limit.within < one for one in fired) >= limit.times:
            return False
        fired.append(at)
        return True


def _said(moment: Moment) -> list[Said]:
    """What each action would say, up to the first that waits: what comes then is not known."""
    said: list[Said] = []
    number = moment.plan.first
    while number >= 0:
        step = moment.plan.steps[number]
        outcome = step.action.rehearse(step.settings, moment)
        said.append({"do": step.action.NAME, "result": outcome.result, "detail": outcome.detail})
        is_open = step.action.WAITS and step.branches and outcome.result == "done"
        number = -1 if is_open else step.after(outcome.result)
    return said


def _reader(event: Event) -> Callable[[str], Any]:
    def read(name: str) -> Any:
        value: Any = event.data
        for step in name.removeprefix("event.data.").split("."):
            value = value.get(step) if isinstance(value, dict) else None
        return value

    return read
