"""Claiming: which events one transaction handles, and the rules that wait for them.

A claim holds some of the queue's lanes (SKIP LOCKED) and takes of their events, in order, as many as its budget of
actions allows. The others stay in the queue, so that no party's rules keep a pico's turn from everybody else for long.
"""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from picos.models import Event, Pending
from rules.models import RuleVersion, Trigger

# How many lanes and events one transaction takes. Bigger ones gain little and hold picos' turns longer.
LANES_AT_ONCE = 16
EVENTS_AT_ONCE = 200
# And how many actions their rules may have together, if all of them fire; a single event may have more.
ACTIONS_AT_ONCE = 200

# At random, so that no lane starves while others keep filling.
_TAKE_LANES = """
SELECT number FROM picos_lane WHERE EXISTS (SELECT FROM picos_pending WHERE lane = number)
ORDER BY random() FOR UPDATE SKIP LOCKED LIMIT %s
"""

Index = dict[tuple[str, UUID], list[Trigger]]


def claim() -> tuple[list[Event], Index]:
    """The events to handle now, in order, and what waits for them. They stay queued until `settle`."""
    waiting = _waiting()
    index = _index(waiting)
    taken: list[Event] = []
    left = ACTIONS_AT_ONCE
    for event in waiting:
        left -= _actions(event, index)
        if left < 0 and taken:
            break
        taken.append(event)
    return taken, index


def settle(events: Sequence[Event]) -> None:
    """They are handled, and leave the queue with this transaction."""
    Pending.objects.filter(pk__in=[event.pk for event in events]).delete()


def triggers_for(event: Event, index: Index) -> list[Trigger]:
    """Those that wait for this event."""
    return [trigger for anchor in _anchors(event) for trigger in index.get((event.type, anchor), ())]


def _waiting() -> list[Event]:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_LANES, [LANES_AT_ONCE])
        lanes = [row[0] for row in cursor.fetchall()]
    # A statement of its own, whose snapshot is younger than the lock on the lanes.
    queued = Pending.objects.filter(lane__in=lanes).order_by("sequence").values_list("pk", flat=True)
    ids = list(queued[:EVENTS_AT_ONCE]) if lanes else []
    return list(Event.objects.filter(pk__in=ids).select_related("pico", "owner").order_by("sequence")) if ids else []


def _anchors(event: Event) -> list[UUID]:
    """The ids under which a rule may wait for this event, see Trigger."""
    pico = event.pico
    ids = [event.company_id, event.owner_id, event.pico_id]
    if pico:
        ids += [pico.product_id, pico.batch_id]
    return [id_ for id_ in ids if id_]


def _index(events: Sequence[Event]) -> Index:
    waiting = Trigger.objects.filter(
        event_type__in={event.type for event in events},
        anchor__in={anchor for event in events for anchor in _anchors(event)},
    ).select_related("version__rule__company", "version__rule__person")
    index: Index = defaultdict(list)
    for trigger in waiting.order_by("version_id"):
        index[trigger.event_type, trigger.anchor].append(trigger)
    return index


def _actions(event: Event, index: Index) -> int:
    """How many there are if every rule that waits for the event meets it and fires."""
    versions = {trigger.version_id: trigger.version for trigger in triggers_for(event, index)}
    return sum(_actions_of(version) for version in versions.values())


def _actions_of(version: RuleVersion) -> int:
    # Not through the language: one that this program cannot read any more fails later, alone.
    then = version.definition.get("then")
    return len(then) if isinstance(then, list) else 1
