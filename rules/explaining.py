"""Explaining: why a rule did, or did not, act on an event."""

from dataclasses import dataclass
from typing import Any

from conduits import gate
from conduits.models import AccessLine
from parties.models import Person
from picos.event_types import event_type
from picos.models import Event, Pending
from rules.engine.batch import Surroundings
from rules.engine.plan import Plan, plan
from rules.language.definition import On
from rules.models import Rule, Run
from rules.triggers import leaves
from rules.writing import current_version

OUTCOMES = {
    Run.Outcome.FIRED: "It acted.",
    Run.Outcome.WAITING: "It acted, and waits now.",
    Run.Outcome.QUEUED: "It will act when the run before it is over.",
    Run.Outcome.NOT_MATCHED: "Its conditions did not hold.",
    Run.Outcome.NOTED: "It is one event of several that the rule waits for; they were not complete.",
    Run.Outcome.SKIPPED: "It would have acted, but for how often it may.",
    Run.Outcome.STOPPED: "It was stopped.",
    Run.Outcome.CANCELLED: "It was ended while it waited.",
    Run.Outcome.FAILED: "It failed.",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """`why` is a sentence; `run` is there when the two have met; `compared`: what the rule wanted, and what it saw."""

    why: str
    run: Run | None = None
    compared: tuple[dict[str, Any], ...] = ()


def explain(*, rule: Rule, event: Event) -> Explanation:
    """Why the rule did what it did with the event, or nothing. That its owner may see both is the caller’s concern."""
    run = rule.runs.filter(event_id=event.pk).order_by("id").last()
    if run:
        return Explanation(OUTCOMES[Run.Outcome(run.outcome)], run, tuple(run.trace))
    if Pending.objects.filter(pk=event.pk).exists():
        return Explanation("It has not been handled yet; that takes a moment.")
    version = current_version(rule)
    version.rule = rule
    return _why_they_never_met(rule, plan(version), event)


def _why_they_never_met(rule: Rule, now: Plan, event: Event) -> Explanation:
    definition = now.definition
    if definition is None:
        return Explanation("This rule is from an older version of the program, which it cannot read any more.")
    named = [leaf for leaf in leaves(definition.when) if leaf.event == event.type]
    if not named:
        wanted = " or when ".join(dict.fromkeys(_in_words(rule, leaf.event) for leaf in leaves(definition.when)))
        return Explanation(
            f"It acts {f'when {wanted}' if wanted else 'at a time'}, not when {_in_words(rule, event.type)}."
        )
    if not any(leaf.fits(event.type, event.data) for leaf in named):
        compared = [
            {"field": f"event.data.{key}", "op": "is", "value": value, "seen": event.data.get(key), "result": False}
            for leaf in named
            for key, value in leaf.where.items()
            if event.data.get(key) != value
        ]
        return Explanation("It waits for such an event with other values.", None, tuple(compared))
    return Explanation(_why_not_there(rule, now, event))


def _in_words(rule: Rule, name: str) -> str:
    return event_type(name).said("it", mine=rule.person_id is not None)


def _why_not_there(rule: Rule, now: Plan, event: Event) -> str:
    assert now.definition is not None  # noqa: S101 (_why_they_never_met)
    around = Surroundings([event], [now])
    if not _is_about(now.definition.on, event):
        return "It does not watch this thing."
    if rule.created_at > event.at:
        return "The rule was written after it happened."
    conduit = around.conduit_of(event)
    if isinstance(rule.party, Person):
        return "It was switched off then."
    refused = AccessLine.objects.filter(conduit=conduit, what_id=event.pk, outcome=AccessLine.Outcome.REFUSED)
    if conduit and (line := refused.order_by("number").first()):
        return f"It was not yours to see: {line.reason}."
    decision = gate.decide_event(event, conduit)
    return "It was switched off then." if decision.passes else f"It is not yours to see: {decision.reason}."


def _is_about(on: On, event: Event) -> bool:
    """Of an event that the rule's party may see; what it names need not be its any more."""
    pico = event.pico
    if on.everything or pico is None:
        return on.everything
    return pico.code in on.picos or pico.product_id in on.products or pico.batch_id in on.batches
