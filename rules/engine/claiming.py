"""Claiming: what one transaction handles, and the rules that wait for it.

A claim holds some of the queue's lanes (SKIP LOCKED) and takes of their events, in order, as many as its budget of
actions allows. The others stay in the queue, so that no party's rules keep a pico's turn from everybody else for long.
When more waits than one claim can take, each party gets its share of it, however much of the queue is another's.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import accumulate
from operator import itemgetter
from typing import Final, NamedTuple
from uuid import UUID

from picos.events import lane_of
from picos.models import Event
from picos.models.event import LANES
from picos.prepared import prepared_cursor
from picos.rows import columns, fetched, made, rows_by_id
from picos.turns import turn_key
from rules.engine.plan import Plan, plans_of
from rules.event_types import RULE_DUE, RULE_STARTED
from rules.listening import Key, keys_of, started_versions

# How many lanes and events one transaction takes. Bigger ones gain little and hold picos' turns longer.
LANES_AT_ONCE = 16
EVENTS_AT_ONCE = 400
# And how many actions their rules may have together, if all of them fire; a single event may have more.
ACTIONS_AT_ONCE = 800
# An action on an event that itself goes back to another one counts for so many of them: only there can rules multiply
# each other, and beside the worst that they can do another party's scan waits a quarter as long.
FOLLOW_UP: Final = 16
# Of one party in one lane, when not all that waits can be taken.
SHARE: Final = 8
PARTIES_AT_ONCE: Final = 200

# From one lane on, round to the one before it.
_TAKE_LANES = f"""
SELECT number, is_due, now() FROM picos_lane, LATERAL (SELECT
    EXISTS (SELECT FROM picos_pending WHERE lane = number) AS is_waiting,
    EXISTS (SELECT FROM rules_watch WHERE lane = number AND due <= now())
        OR EXISTS (SELECT FROM rules_wait WHERE lane = number AND due <= now()) AS is_due
) AS lane WHERE number = ANY(%b::int[]) AND (is_waiting OR is_due)
ORDER BY (number - %b::int + {LANES}) %% {LANES} LIMIT %b::int FOR UPDATE OF picos_lane SKIP LOCKED
"""  # noqa: S608 (of constants)

# Steps from party to party along the index, in each lane, rather than through all that one of them has queued; from
# the one whose event has waited longest on, round to the one before it, so that nobody is always the last.
_TURNS = """
SELECT lane, party FROM unnest(%(lanes)b::smallint[]) AS held (lane), LATERAL (
    SELECT party AS longest FROM picos_pending WHERE lane = held.lane ORDER BY sequence LIMIT 1
) AS its, LATERAL (
    WITH RECURSIVE turn AS (
        SELECT longest AS party
        UNION ALL
        SELECT further.party FROM turn, LATERAL (
            SELECT party FROM picos_pending WHERE lane = held.lane AND party > turn.party ORDER BY party LIMIT 1
        ) AS further
    ), rest AS (
        (SELECT party FROM picos_pending WHERE lane = held.lane AND party < longest ORDER BY party LIMIT 1)
        UNION ALL
        SELECT further.party FROM rest, LATERAL (
            SELECT party FROM picos_pending
            WHERE lane = held.lane AND party > rest.party AND party < longest ORDER BY party LIMIT 1
        ) AS further
    )
    (SELECT party FROM turn UNION ALL SELECT party FROM rest) LIMIT %(parties)b::int
) AS parties
"""
_FAIR = f"""
SELECT event_id FROM ({_TURNS}) AS turn, LATERAL (
    SELECT event_id, sequence, row_number() OVER (ORDER BY sequence) AS place FROM picos_pending
    WHERE lane = turn.lane AND party = turn.party ORDER BY sequence LIMIT %(share)b::int
) AS share ORDER BY place, sequence LIMIT %(events)b::int
"""  # noqa: S608 (of constants)

# The events, the versions that wait for each whatever it says, and whether others do for what it says, or a run does.
# Of what nobody waits for, nothing is read beyond that.
_LOOK = f"""
WITH queued AS MATERIALIZED (
    SELECT event_id FROM picos_pending WHERE lane = ANY(%(lanes)b::smallint[]) LIMIT %(events)b::int + 1
), fits AS MATERIALIZED (
    SELECT count(*) <= %(events)b::int AS all_of_them FROM queued
), chosen AS (
    SELECT event_id FROM queued WHERE (SELECT all_of_them FROM fits)
    UNION ALL
    SELECT event_id FROM ({_FAIR}) AS fair WHERE NOT (SELECT all_of_them FROM fits)
)
SELECT {{columns}}, CASE WHEN versions <> '{{{{}}}}' OR by_value OR is_awaited THEN data END AS data,
       versions, by_value, is_awaited, product_id, batch_id, (SELECT all_of_them FROM fits)
FROM chosen, LATERAL (
    SELECT * FROM picos_event WHERE id = chosen.event_id LIMIT 1
) AS event LEFT JOIN LATERAL (
    SELECT product_id, batch_id FROM picos_pico WHERE id = event.pico_id LIMIT 1
) AS kind ON true, LATERAL (
    SELECT CASE type
        WHEN '{RULE_DUE}' THEN ARRAY[(data ->> 'version')::uuid]
        WHEN '{RULE_STARTED}' THEN ARRAY[]::uuid[]
        ELSE ARRAY[company_id, owner_id, pico_id, kind.product_id, kind.batch_id]
    END AS anchors, CASE WHEN pico_id IS NULL THEN ARRAY[owner_id, company_id] ELSE ARRAY[pico_id] END AS about OFFSET 0
) AS its, LATERAL (
    SELECT ARRAY(
        SELECT version_id FROM rules_listener
        WHERE anchor = ANY(its.anchors) AND event_type = event.type AND literal = ''
    ) AS versions, type = '{RULE_STARTED}' OR data <> '{{{{}}}}' AND EXISTS (
        SELECT FROM rules_listener WHERE anchor = ANY(its.anchors) AND event_type = event.type AND literal > ''
    ) AS by_value, EXISTS (
        SELECT FROM rules_wait WHERE anchor = ANY(its.about) AND event_type = event.type AND event_type <> ''
    ) AS is_awaited OFFSET 0
) AS found ORDER BY sequence
"""  # noqa: S608 (of constants)

_LISTENING = """
SELECT event_type, anchor, literal, version_id FROM rules_listener
WHERE event_type = ANY(%b::text[]) AND anchor = ANY(%b::uuid[]) AND literal = ANY(%b::text[]) ORDER BY version_id
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """What to handle now, in order; it stays queued until `settle`."""

    # All of it: the ids of the events, and the lanes that the transaction holds.
    ids: Sequence[UUID]
    lanes: Sequence[int]
    # Those among them for which a rule waits, or a run may, and the rules.
    events: Sequence[tuple[Event, Sequence[Plan]]]
    # Whether runs wait for any of them already.
    is_awaited: bool
    # The lanes in which somebody's time has come, and of which no event is left behind: the clock may go on there.
    ripe: Sequence[int]
    now: datetime


def claim(lanes: Collection[int] = ()) -> Claim | None:
    """What to handle now, in the surrounding transaction; None when nothing waits, or others have it.

    `lanes`: these alone, as far as they are free.
    """
    held = _take_lanes(lanes)
    if not held:
        return None
    numbers = [lane.number for lane in held]
    seen, is_all = _look(numbers)
    _add_particular(seen)
    taken = _within_budget(seen)
    behind = _lanes_behind(seen, taken)
    ripe = [lane.number for lane in held if lane.is_due and lane.number not in behind] if is_all else []
    heard = _heard(taken)
    is_awaited = any(one.is_awaited for one in taken)
    return Claim([one.event.id for one in taken], numbers, heard, is_awaited, ripe, held[0].now)


def settle(claimed: Claim) -> None:
    """It is handled, and leaves the queue with this transaction."""
    with prepared_cursor() as cursor:
        cursor.execute("DELETE FROM picos_pending WHERE event_id = ANY(%b::uuid[])", [list(claimed.ids)])


class Lane(NamedTuple):
    """One that the transaction holds."""

    number: int
    is_due: bool
    now: datetime


@dataclass(slots=True)
class Seen:
    """An event of the queue. Unless somebody waits for it, its data is not there."""

    event: Event
    plans: Sequence[Plan]
    # Whether there are rules that wait for such an event with particular values.
    by_value: bool
    # Whether runs wait for such an event.
    is_awaited: bool
    # The product and batch of its pico.
    kind: tuple[UUID | None, UUID | None]

    @property
    def weight(self) -> int:
        """The actions of its rules, if all of them fire."""
        return sum(plan.weight for plan in self.plans)

    @property
    def toll(self) -> int:
        """What it takes of a claim's budget."""
        return self.weight * (FOLLOW_UP if self.event.depth else 1)

    @property
    def party(self) -> UUID | None:
        """Whose share of the engine it takes, as the queue has it."""
        return self.event.company_id or self.event.pico_id or self.event.owner_id


def _take_lanes(wanted: Collection[int]) -> list[Lane]:
    """Each claim of this process goes on where the one before it ended: no lane waits while others keep filling, or
    fail again and again.
    """
    global _next  # noqa: PLW0603
    rows = fetched(_TAKE_LANES, list(wanted or range(LANES)), _next, LANES_AT_ONCE)
    if rows:
        _next = (rows[-1][0] + 1) % LANES
    return [Lane(*row) for row in rows]


# The lane from which the next claim looks around.
_next = 0


def _look(lanes: Sequence[int]) -> tuple[list[Seen], bool]:
    """The events to look at, in order, and whether these are all that the lanes have.

    A statement of its own, whose snapshot is younger than the lock on the lanes.
    """
    values = {
        "lanes": list(lanes),
        # In each lane.
        "parties": -(-PARTIES_AT_ONCE // len(lanes)),
        "share": SHARE,
        "events": EVENTS_AT_ONCE,
    }
    names, statement = _looking()
    with prepared_cursor() as cursor:
        rows = cursor.execute(statement, values, binary=True).fetchall()
    plans = plans_of({version for row in rows for version in row[-6]})
    seen = []
    for *event, versions, by_value, is_awaited, product, batch, _ in rows:
        found = [plans[version] for version in dict.fromkeys(versions) if version in plans]
        seen.append(Seen(made(Event, names, event), found, by_value, is_awaited, (product, batch)))
    return seen, not rows or rows[0][-1]


@cache
def _looking() -> tuple[tuple[str, ...], str]:
    """The columns of an event, the last of which is its data, and the statement that gives them."""
    names = (*(name for name in columns(Event) if name != "data"), "data")
    return names, _LOOK.format(columns=", ".join(f"event.{name}" for name in names[:-1]))


def _add_particular(seen: Iterable[Seen]) -> None:
    """Adds the rules that wait for what the event says, or that it names."""
    particular = [one for one in seen if one.by_value]
    if not particular:
        return
    keys = {one.event.id: [key for key in keys_of(one.event, one.kind) if key[2]] for one in particular}
    index = _index({key for some in keys.values() for key in some})
    started = started_versions([one.event for one in particular])
    known = plans_of({version for versions in index.values() for version in versions} | set(started.values()))
    for one in particular:
        id_ = one.event.id
        versions = [version for key in keys[id_] for version in index.get(key, ())]
        versions += [started[id_]] if id_ in started else []
        plans = {plan.version.id: plan for plan in one.plans} | {id_: known[id_] for id_ in versions if id_ in known}
        one.plans = list(plans.values())


def _index(keys: Collection[Key]) -> Mapping[Key, Sequence[UUID]]:
    """The versions that wait under these keys; the database looks wider, as its three lists are crossed."""
    if not keys:
        return {}
    types, anchors, literals = (list(set(one)) for one in zip(*keys, strict=True))
    index: dict[Key, list[UUID]] = defaultdict(list)
    for event_type, anchor, literal, version in fetched(_LISTENING, types, anchors, literals):
        index[event_type, anchor, literal].append(version)
    return index


def _within_budget(seen: Sequence[Seen]) -> Sequence[Seen]:
    """As many as may be, in order: each party's first before anybody's second, and at least one."""
    if sum(one.toll for one in seen) <= ACTIONS_AT_ONCE:
        return seen
    turns: Counter[UUID | None] = Counter()
    by_turn: list[tuple[int, int, Seen]] = []
    for place, one in enumerate(seen):
        # Never before an earlier event of its thing, which was another party's before a maker took the thing on.
        thing = one.event.pico_id or one.party
        turns[one.party] = turns[thing] = max(turns[one.party] + 1, turns[thing])
        by_turn.append((turns[thing], place, one))
    by_turn.sort(key=itemgetter(0, 1))
    spent = accumulate(one.toll for _, _, one in by_turn)
    taken = [one for one, total in zip(by_turn, spent, strict=True) if total <= ACTIONS_AT_ONCE] or by_turn[:1]
    return [one for _, _, one in sorted(taken, key=itemgetter(1))]


def _lanes_behind(seen: Sequence[Seen], taken: Sequence[Seen]) -> set[int]:
    """The lanes of what stays queued."""
    if len(taken) == len(seen):
        return set()
    ids = {one.event.id for one in taken}
    left = (one.event for one in seen if one.event.id not in ids)
    return {lane_of(turn_key(event.pico_id, event.owner_id, event.company_id)) for event in left}


def _heard(taken: Sequence[Seen]) -> list[tuple[Event, Sequence[Plan]]]:
    """Those for which somebody waits. Where runs can begin to wait on the way, it may be for any of them."""
    if any(one.is_awaited or any(plan.waits for plan in one.plans) for one in taken):
        unread = {one.event.id for one in taken if one.event.data is None}
        events = rows_by_id(Event, unread)
        return [(events.get(one.event.id, one.event), one.plans) for one in taken]
    return [(one.event, one.plans) for one in taken if one.plans]
