"""The engine: takes events from the queue and runs the rules that wait for them, each effect exactly once.

A drain holds some of the queue's lanes (SKIP LOCKED), so the events of one pico are handled in their order and by one
worker at a time, while other lanes run elsewhere. Taking the events off the queue, the runs and all their effects are
one transaction: a worker that dies leaves everything as it was. docs/architecture.md tells the whole way of an event.
"""

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import OperationalError, connection, transaction

from api.throttling import count_uses
from conduits import access_log, gate
from conduits.models import AccessLine, Conduit
from picos.models import Event
from picos.turns import take_turn
from rules.actions import settings_of
from rules.conditions import evaluate
from rules.models import Run, Trigger
from rules.moment import Moment
from rules.writing import definition_of

logger = logging.getLogger(__name__)

# How many lanes and events one transaction takes. Bigger ones gain little and hold picos' turns longer.
LANES_AT_ONCE = 16
EVENTS_AT_ONCE = 200
# Longer chains of causes are taken for rules that call each other.
DEEPEST = 8
# And wider ones for rules that multiply each other: the runs that one first event may lead to beyond its own.
MOST_IN_CHAIN = 2000
CHAIN_WINDOW = timedelta(hours=1)

# At random, so that no lane starves while others keep filling.
_TAKE_LANES = """
SELECT number FROM picos_lane WHERE EXISTS (SELECT FROM picos_pending WHERE lane = number)
ORDER BY random() FOR UPDATE SKIP LOCKED LIMIT %s
"""
# A statement of its own, whose snapshot is younger than the lock on the lanes.
_TAKE_EVENTS = """
DELETE FROM picos_pending WHERE event_id IN (
    SELECT event_id FROM picos_pending WHERE lane = ANY(%s) ORDER BY sequence LIMIT %s
) RETURNING event_id
"""

Conduits = dict[tuple[UUID, UUID], Conduit]
Index = dict[tuple[str, UUID], list[Trigger]]


@dataclass(slots=True)
class Batch:
    """The events of one transaction, and all that their rules need, loaded with one query each."""

    events: Sequence[Event]
    triggers: Index
    conduits: Conduits

    def conduit_of(self, event: Event) -> Conduit | None:
        """The conduit of the owner at the time of the event, whatever its state now."""
        return self.conduits.get((event.pico_id, event.owner_id)) if event.pico_id and event.owner_id else None


@transaction.atomic
def drain() -> int:
    """Handles what waits, once around; returns how many events it took from the queue."""
    events = _claim()
    if not events:
        return 0
    batch = Batch(events, _triggers(events), _conduits(events))
    moments, stopped, lines = [], [], []
    for event in events:
        met, refusal = _match(event, batch)
        running, too_many = _bound(event, met) if met and event.depth else (met, [])
        moments += running
        stopped += too_many
        lines += refusal
    if moments:
        # Effects write entries and events, whose verbs take the pico's turn first; so does the engine, all at once.
        take_turn(*{moment.event.pico_id for moment in moments if moment.event.pico_id})
    Run.objects.bulk_create(
        [*(_run(moment) for moment in moments), *(_new_run(moment, Run.Outcome.STOPPED) for moment in stopped)]
    )
    access_log.write_lines(lines)
    return len(events)


def _claim() -> list[Event]:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_LANES, [LANES_AT_ONCE])
        lanes = [row[0] for row in cursor.fetchall()]
        cursor.execute(_TAKE_EVENTS, [lanes, EVENTS_AT_ONCE])
        claimed = [row[0] for row in cursor.fetchall()]
    if not claimed:
        return []
    return list(
        Event.objects.filter(pk__in=claimed).select_related("pico__product__company", "owner").order_by("sequence")
    )


def _anchors(event: Event) -> list[UUID]:
    """The ids under which a rule may wait for this event, see Trigger."""
    pico = event.pico
    ids = [event.company_id, event.owner_id, event.pico_id]
    if pico:
        ids += [pico.product_id, pico.batch_id]
    return [id_ for id_ in ids if id_]


def _triggers(events: Sequence[Event]) -> Index:
    waiting = Trigger.objects.filter(
        event_type__in={event.type for event in events},
        anchor__in={anchor for event in events for anchor in _anchors(event)},
    ).select_related("version__rule__company", "version__rule__person")
    index: Index = defaultdict(list)
    for trigger in waiting.order_by("version_id"):
        index[trigger.event_type, trigger.anchor].append(trigger)
    return index


def _conduits(events: Sequence[Event]) -> Conduits:
    """The last conduit of each pico and owner: a closed one too, as its closing is itself an event."""
    picos = {event.pico_id for event in events if event.owner_id and event.pico_id}
    found = Conduit.objects.with_ends().filter(pico__in=picos).order_by("opened_at")
    return {(conduit.pico_id, conduit.owner_id): conduit for conduit in found}


def _match(event: Event, batch: Batch) -> tuple[list[Moment], list[access_log.Line]]:
    """The rules that meet this event. A company's do so only if the gate lets the event pass; a refusal is logged."""
    conduit = batch.conduit_of(event)
    moments: dict[UUID, Moment] = {}
    companys_waits = False
    decision = gate.decide_event(event, conduit)
    for anchor in _anchors(event):
        for trigger in batch.triggers.get((event.type, anchor), ()):
            rule = trigger.version.rule
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
        what=event.type,
        what_id=event.pk,
        reason=decision.reason,
    )


def _bound(event: Event, moments: list[Moment]) -> tuple[list[Moment], list[Moment]]:
    """Of the rules that meet a caused event, those that may run, and those whose stop is recorded.

    The stop of a chain that has become too wide is recorded where that happens, and the rest of it in silence:
    otherwise rules that multiply each other would fill the table with what they did not do.
    """
    runs = count_uses(f"chain:{event.root_id}", times=len(moments), window=CHAIN_WINDOW)
    if runs - len(moments) > MOST_IN_CHAIN:
        return [], []
    if event.depth > DEEPEST or runs > MOST_IN_CHAIN:
        return [], moments
    return moments, []


def _new_run(moment: Moment, outcome: str = "") -> Run:
    return Run(
        rule=moment.rule,
        version=moment.version,
        event_id=moment.event.pk,
        event_type=moment.event.type,
        pico_id=moment.event.pico_id,
        outcome=outcome,
    )


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
