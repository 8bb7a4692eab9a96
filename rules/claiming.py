"""Claiming: what one transaction handles, and the rules that wait for it.

A claim holds some of the queue's lanes (SKIP LOCKED) and takes of their events, in order, as many as its budget of
actions allows. The others stay in the queue, so that no party's rules keep a pico's turn from everybody else for long.
When more waits than one claim can take, each party gets its share of it, however much of the queue is another's.
"""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from django.db import connection

from parties.models import Person
from picos.models import Event, Pending, Pico, Product
from picos.turns import take_turn
from rules.listening import anchors_of, literals_of_event
from rules.models import Listener
from rules.plan import Plan, plans_of

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
SELECT number, now() FROM picos_lane WHERE EXISTS (SELECT FROM picos_pending WHERE lane = number)
    OR EXISTS (SELECT FROM rules_watch WHERE lane = number AND due <= now())
    OR EXISTS (SELECT FROM rules_wait WHERE lane = number AND due <= now())
ORDER BY random() FOR UPDATE SKIP LOCKED LIMIT %s
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

Index = Mapping[tuple[str, UUID, str], Sequence[UUID]]


@dataclass(frozen=True, slots=True)
class Claim:
    """The events to handle now, in order; they stay queued until `settle`."""

    events: Sequence[Event]
    index: Index
    plans: Mapping[UUID, Plan]
    # The lanes of which nothing is left behind: the clock may go on in these.
    emptied: Sequence[int]
    now: datetime

    def plans_for(self, event: Event) -> list[Plan]:
        """Those that wait for this event, each once."""
        literals = literals_of_event(event.data)
        found = [
            version_id
            for anchor in anchors_of(event)
            for literal in literals
            for version_id in self.index.get((event.type, anchor, literal), ())
        ]
        return [self.plans[id_] for id_ in dict.fromkeys(found) if id_ in self.plans]


def claim() -> Claim | None:
    """What to handle now, in the surrounding transaction; None when nothing waits, or others have it."""
    lanes, now = _take_lanes()
    if now is None:
        return None
    ids, is_all = _queued(lanes)
    events = _load(ids)
    index = _index(events)
    plans = plans_of({id_ for ids_ in index.values() for id_ in ids_})
    whole = Claim(events, index, plans, lanes if is_all else (), now)
    taken = _within_budget(whole)
    return whole if len(taken) == len(events) else Claim(taken, index, plans, (), now)


def settle(events: Sequence[Event]) -> None:
    """They are handled, and leave the queue with this transaction."""
    Pending.objects.filter(pk__in=[event.pk for event in events]).delete()


def _take_lanes() -> tuple[list[int], datetime | None]:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_LANES, [LANES_AT_ONCE])
        rows = cursor.fetchall()
    return [number for number, _ in rows], rows[0][1] if rows else None


def _queued(lanes: Sequence[int]) -> tuple[list[UUID], bool]:
    """The events to look at, and whether these are all that the lanes have.

    A statement of its own, whose snapshot is younger than the lock on the lanes.
    """
    queued = Pending.objects.filter(lane__in=lanes).order_by("sequence").values_list("pk", flat=True)
    ids = list(queued[: EVENTS_AT_ONCE + 1])
    if len(ids) <= EVENTS_AT_ONCE:
        return ids, True
    values = {
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


def _load(ids: Sequence[UUID]) -> list[Event]:
    """The events in order, with their picos, products and owners; each row is made once, however many share it.

    Takes the picos' turns before it looks at them: a pause that had its turn earlier is seen, a later one waits. The
    verbs of the effects take the turns too; so here they are taken all at once, in one order.
    """
    events = list(Event.objects.filter(pk__in=ids).order_by("sequence")) if ids else []
    if pico_ids := {event.pico_id for event in events if event.pico_id}:
        take_turn(*pico_ids)
    picos = Pico.objects.in_bulk(pico_ids)
    products = Product.objects.select_related("company").in_bulk({pico.product_id for pico in picos.values()} - {None})
    people = {event.owner_id for event in events} | {pico.owner_id for pico in picos.values()}
    owners = Person.objects.in_bulk(people - {None})
    for pico in picos.values():
        pico.product = products.get(pico.product_id) if pico.product_id else None
        pico.owner = owners.get(pico.owner_id) if pico.owner_id else None
    for event in events:
        event.pico = picos.get(event.pico_id) if event.pico_id else None
        event.owner = owners.get(event.owner_id) if event.owner_id else None
    return events


def _index(events: Sequence[Event]) -> Index:
    waiting = Listener.objects.filter(
        event_type__in={event.type for event in events},
        anchor__in={anchor for event in events for anchor in anchors_of(event)},
        literal__in={literal for event in events for literal in literals_of_event(event.data)},
    )
    index: dict[tuple[str, UUID, str], list[UUID]] = defaultdict(list)
    for name, anchor, literal, version_id in waiting.order_by("version_id").values_list(
        "event_type", "anchor", "literal", "version_id"
    ):
        index[name, anchor, literal].append(version_id)
    return index


def _within_budget(claim: Claim) -> list[Event]:
    taken: list[Event] = []
    left = ACTIONS_AT_ONCE
    for event in claim.events:
        left -= sum(max(1, len(plan.steps)) for plan in claim.plans_for(event))
        if left < 0 and taken:
            break
        taken.append(event)
    return taken
