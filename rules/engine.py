"""The engine: takes events from the queue and runs the rules that wait for them, each effect exactly once.

A drain holds some of the queue's lanes (SKIP LOCKED), so the events of one pico are handled in their order and by one
worker at a time, while other lanes run elsewhere. Taking the events off the queue, the runs and all their effects are
one transaction: a worker that dies leaves everything as it was. docs/architecture.md tells the whole way of an event.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import OperationalError, transaction

from conduits import access_log, gate, holding
from conduits.models import AccessLine, Conduit
from picos.models import Event, Pico
from picos.turns import take_turn
from rules.actions import settings_of
from rules.bounds import Bounds
from rules.claiming import Index, claim, settle, triggers_for
from rules.conditions import evaluate
from rules.models import Run
from rules.moment import Moment
from rules.writing import definition_of

logger = logging.getLogger(__name__)

Conduits = dict[tuple[UUID, UUID], list[Conduit]]


@dataclass(slots=True)
class Batch:
    """The events of one transaction for which rules wait, and all that these need, loaded with one query each."""

    events: Sequence[Event]
    triggers: Index
    conduits: Conduits
    bounds: Bounds
    # Those that come back after a pause: only the company's rules of that time have not met them.
    held: Mapping[UUID, datetime]

    def conduit_of(self, event: Event) -> Conduit | None:
        """The conduit of the owner at the time of the event, whatever its state now."""
        if event.pico_id is None or event.owner_id is None:
            return None
        theirs = self.conduits.get((event.pico_id, event.owner_id), [])
        return next((conduit for conduit in reversed(theirs) if conduit.since <= event.sequence), None)


@transaction.atomic
def drain() -> int:
    """Handles what waits, once around; returns how many events it took from the queue."""
    events, triggers = claim()
    if awaited := [event for event in events if triggers_for(event, triggers)]:
        _handle(_load(awaited, triggers))
    settle(events)
    return len(events)


def _load(events: Sequence[Event], triggers: Index) -> Batch:
    """Takes the picos' turns before it looks at them: a pause that had its turn earlier is seen, a later one waits.

    The verbs of the effects take the turns too; so here they are taken all at once, in one order.
    """
    pico_ids = {event.pico_id for event in events if event.pico_id}
    if pico_ids:
        take_turn(*pico_ids)
    picos = Pico.objects.with_product().in_bulk(pico_ids)
    for event in events:
        event.pico = picos[event.pico_id] if event.pico_id else None
    return Batch(events, triggers, _conduits(events), Bounds(events), holding.held_since(events))


def _conduits(events: Sequence[Event]) -> Conduits:
    """The conduits of each pico and owner, as they followed: closed ones too, as closing is itself an event."""
    picos = {event.pico_id for event in events if event.owner_id and event.pico_id}
    conduits: Conduits = {}
    for conduit in Conduit.objects.with_ends().filter(pico__in=picos).order_by("since"):
        conduits.setdefault((conduit.pico_id, conduit.owner_id), []).append(conduit)
    return conduits


def _handle(batch: Batch) -> None:
    runs: list[Run] = []
    lines: list[access_log.Line] = []
    kept: list[tuple[Event, Conduit]] = []
    for event in batch.events:
        met, refusal = _match(event, batch)
        running, stopped = batch.bounds.divide(event, met)
        runs += [_run(moment) for moment in running]
        runs += [_stopped(moment, why) for moment, why in stopped]
        lines += refusal
        if refusal and (conduit := batch.conduit_of(event)) and holding.is_held(event, conduit):
            kept.append((event, conduit))
    if kept:
        holding.hold(kept)
    if batch.held:
        holding.let_go(batch.held.keys() - {event.pk for event, _ in kept})
    Run.objects.bulk_create(runs)
    access_log.write_lines(lines)


def _match(event: Event, batch: Batch) -> tuple[list[Moment], list[access_log.Line]]:
    """The rules that meet this event. A company's do so only if the gate lets the event pass; a refusal is logged."""
    conduit = batch.conduit_of(event)
    moments: dict[UUID, Moment] = {}
    companys_waits = False
    held_at = batch.held.get(event.pk)
    decision = gate.decide_event(event, conduit)
    for trigger in triggers_for(event, batch.triggers):
        rule = trigger.version.rule
        if held_at and (rule.person_id or rule.created_at > held_at):
            continue
        if rule.company_id and rule.company_id == event.company_id:
            companys_waits = True
            if not decision.passes:
                continue
        elif not (rule.person_id and rule.person_id == event.owner_id and gate.passes_to_owner(event)):
            continue
        moments[rule.pk] = Moment(event, rule, trigger.version, conduit)
    lines = [_refusal(event, conduit, decision)] if companys_waits and conduit and not decision.passes else []
    return list(moments.values()), lines


def _refusal(event: Event, conduit: Conduit, decision: gate.Decision) -> access_log.Line:
    return access_log.Line(
        conduit_id=conduit.pk,
        outcome=AccessLine.Outcome.REFUSED,
        who=f"{conduit.company} (its rules)",
        who_id=conduit.company_id,
        role=access_log.RULES,
        what=event.type,
        what_id=event.pk,
        reason=decision.reason,
    )


def _new_run(moment: Moment) -> Run:
    event = moment.event
    return Run(
        rule=moment.rule,
        version=moment.version,
        event_id=event.pk,
        event_type=event.type,
        pico_id=event.pico_id,
        root_id=event.root_id if event.depth else None,
    )


def _stopped(moment: Moment, why: str) -> Run:
    run = _new_run(moment)
    run.outcome = Run.Outcome.STOPPED
    run.actions = [{"result": "stopped", "detail": why}]
    return run


def _run(moment: Moment) -> Run:
    """Evaluates the rule and does what it says; a failing one is undone and recorded, and stops no other."""
    run = _new_run(moment)
    try:
        definition = definition_of(moment.version)
        holds, run.trace = evaluate(definition.if_, moment)
        run.outcome = Run.Outcome.FIRED if holds else Run.Outcome.NOT_MATCHED
        if holds:
            with transaction.atomic():
                run.actions = [_perform(action, moment) for action in definition.then]
    except OperationalError:
        # The database's trouble, not the rule's: the whole batch is rolled back and comes again.
        raise
    except Exception as error:
        logger.exception("rule %s failed on event %s", moment.rule.pk, moment.event.pk)
        run.outcome = Run.Outcome.FAILED
        run.actions = [{"result": "failed", "detail": f"{type(error).__name__}"}]
    return run


def _perform(action: dict[str, object], moment: Moment) -> dict[str, str]:
    module, settings = settings_of(action)
    outcome = module.perform(settings, moment)
    return {"do": module.NAME, "result": outcome.result, "detail": outcome.detail, "id": outcome.id}
