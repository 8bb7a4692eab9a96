"""Claiming: what one transaction handles, and the rules that wait for it.

A claim holds some of the queue's lanes (SKIP LOCKED) and takes of their events, in order, as many as its budget of
actions allows. The others stay in the queue, so that no party's rules keep a pico's turn from everybody else for long.
When more waits than one claim can take, each party gets its share of it, however much of the queue is another's.
"""

import random
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

from django.db import connection

from picos.models import Event, Pending
from picos.prepared import prepared_cursor
from picos.rows import fetched, rows_where
from rules.engine.plan import Plan, plans_of
from rules.listening import Key, keys_of, started_versions

# How many lanes and events one transaction takes. Bigger ones gain little and hold picos' turns longer.
LANES_AT_ONCE = 16
EVENTS_AT_ONCE = 400
# And how many actions their rules may have together, if all of them fire; a single event may have more.
ACTIONS_AT_ONCE = 800
# Of one party in one lane, when not all that waits can be taken.
SHARE: Final = 8
PARTIES_AT_ONCE: Final = 200

# At random, so that no lane starves while others keep filling.
_TAKE_LANES = """
SELECT number, is_due, now() FROM picos_lane, LATERAL (SELECT
    EXISTS (SELECT FROM picos_pending WHERE lane = number) AS is_waiting,
    EXISTS (SELECT FROM rules_watch WHERE lane = number AND due <= now())
        OR EXISTS (SELECT FROM rules_wait WHERE lane = number AND due <= now()) AS is_due
) AS lane WHERE is_waiting OR is_due
ORDER BY random() LIMIT %s FOR UPDATE OF picos_lane SKIP LOCKED
"""

# Steps from party to party along the index, beginning anywhere, rather than through all that one of them has queued.
_SHARES = """
WITH RECURSIVE turn AS (
    (SELECT lane, party FROM picos_pending WHERE lane = ANY(%(lanes)s) AND {beginning} ORDER BY lane, party LIMIT 1)
    UNION ALL
    SELECT further.lane, further.party FROM turn, LATERAL (
        SELECT lane, party FROM picos_pending
        WHERE lane = ANY(%(lanes)s) AND (lane, party) > (turn.lane, turn.party) ORDER BY lane, party LIMIT 1
    ) AS further
)
SELECT share.event_id, share.place, share.sequence
FROM (SELECT * FROM turn LIMIT %(parties)s) AS turn, LATERAL (
    SELECT event_id, sequence, row_number() OVER (ORDER BY sequence) AS place FROM picos_pending
    WHERE lane = turn.lane AND party = turn.party ORDER BY sequence LIMIT %(share)s
) AS share
"""
_FROM_HERE_ON = _SHARES.format(beginning="(lane, party) >= (%(lane)s, %(party)s)")
_FROM_THE_FIRST = _SHARES.format(beginning="true")
_FAIR = f"""
SELECT event_id FROM (({_FROM_HERE_ON}) UNION ({_FROM_THE_FIRST})) AS shares
ORDER BY place, sequence LIMIT %(events)s
"""  # noqa: S608 (of constants)

_KINDS = "SELECT id, product_id, batch_id FROM picos_pico WHERE id = ANY(%b::uuid[])"
_LISTENING = """
SELECT event_type, anchor, literal, version_id FROM rules_listener
WHERE event_type = ANY(%b::text[]) AND anchor = ANY(%b::uuid[]) AND literal = ANY(%b::text[]) ORDER BY version_id
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """The events to handle now, in order, and the rules that wait for each; they stay queued until `settle`."""

    events: Sequence[Event]
    plans: Mapping[UUID, Sequence[Plan]]
    # The lanes in which somebody's time has come, and of which no event is left behind: the clock may go on there.
    ripe: Sequence[int]
    now: datetime


def claim() -> Claim | None:
    """What to handle now, in the surrounding transaction; None when nothing waits, or others have it."""
    lanes = _take_lanes()
    if not lanes:
        return None
    ids, is_all = _queued([lane.number for lane in lanes])
    events = rows_where(Event, "id = ANY(%b::uuid[]) ORDER BY sequence", ids) if ids else []
    plans = _plans(events)
    taken = _within_budget(events, plans)
    ripe = [lane.number for lane in lanes if lane.is_due] if is_all and len(taken) == len(events) else []
    return Claim(taken, plans, ripe, lanes[0].now)


def settle(events: Sequence[Event]) -> None:
    """They are handled, and leave the queue with this transaction."""
    with prepared_cursor() as cursor:
        cursor.execute("DELETE FROM picos_pending WHERE event_id = ANY(%b::uuid[])", [[event.pk for event in events]])


class Lane(NamedTuple):
    """One that the transaction holds."""

    number: int
    is_due: bool
    now: datetime


def _take_lanes() -> list[Lane]:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_LANES, [LANES_AT_ONCE])
        return [Lane(*row) for row in cursor.fetchall()]


def _queued(lanes: Sequence[int]) -> tuple[list[UUID], bool]:
    """The events to look at, and whether these are all that the lanes have.

    A statement of its own, whose snapshot is younger than the lock on the lanes.
    """
    queued = Pending.objects.filter(lane__in=lanes).order_by("sequence").values_list("pk", flat=True)
    ids = list(queued[: EVENTS_AT_ONCE + 1])
    if len(ids) <= EVENTS_AT_ONCE:
        return ids, True
    values: dict[str, Any] = {
        "lanes": lanes,
        # Anywhere, so that nobody is always the last.
        "lane": random.choice(lanes),  # noqa: S311 (no secret)
        "party": uuid4(),
        "parties": PARTIES_AT_ONCE,
        "share": SHARE,
        "events": EVENTS_AT_ONCE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FAIR, values)
        return [row[0] for row in cursor.fetchall()], False


def _plans(events: Sequence[Event]) -> dict[UUID, list[Plan]]:
    """The rules that wait for each event, each once."""
    if not events:
        return {}
    picos = list({event.pico_id for event in events if event.pico_id})
    kinds = {pk: kind for pk, *kind in fetched(_KINDS, picos)}
    keys = {event.pk: keys_of(event, kinds.get(event.pico_id, ()) if event.pico_id else ()) for event in events}
    index = _index({key for some in keys.values() for key in some})
    started = started_versions(events)
    known = plans_of({version for versions in index.values() for version in versions} | set(started.values()))
    found = {pk: dict.fromkeys(one for key in some for one in index.get(key, ())) for pk, some in keys.items()}
    found |= {pk: {version: None} for pk, version in started.items()}
    return {pk: [known[version] for version in versions if version in known] for pk, versions in found.items()}


def _index(keys: Collection[Key]) -> Mapping[Key, Sequence[UUID]]:
    """The versions that wait under these keys; the database looks wider, as its three lists are crossed."""
    if not keys:
        return {}
    types, anchors, literals = (list(set(one)) for one in zip(*keys, strict=True))
    index: dict[Key, list[UUID]] = defaultdict(list)
    for event_type, anchor, literal, version in fetched(_LISTENING, types, anchors, literals):
        index[event_type, anchor, literal].append(version)
    return index


def _within_budget(events: Sequence[Event], plans: Mapping[UUID, Sequence[Plan]]) -> list[Event]:
    taken: list[Event] = []
    left = ACTIONS_AT_ONCE
    for event in events:
        left -= sum(max(1, len(plan.steps)) for plan in plans[event.pk])
        if left < 0 and taken:
            break
        taken.append(event)
    return taken
