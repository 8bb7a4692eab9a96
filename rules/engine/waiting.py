"""Waits: where open runs stand, and when they go on.

A wait is a row, so nothing short of losing the database loses it.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from picos.events import lane_of
from picos.models import Event, Pending
from picos.rows import fetched
from picos.turns import turn_key
from rules.actions.outcome import Pause
from rules.engine.moment import Moment
from rules.models import Run, Wait
from rules.triggers import EventIs, fits

# How many runs of one party may wait at a time.
MOST_OF_PERSON: Final = 1_000
MOST_OF_COMPANY: Final = 100_000
# How many whose time is up one transaction lets go on.
DUE_AT_ONCE: Final = 200

# The last of it is for the index, which has those alone.
_WAITING = """
SELECT id FROM rules_wait WHERE anchor = ANY(%b::uuid[]) AND event_type = ANY(%b::text[]) AND event_type <> ''
"""
# How long a worker trusts what it counted of a party's, and up to which share of the bound (seconds; of 1).
FRESH: Final = 10.0
FAR_FROM_FULL: Final = 0.9
MOST_COUNTED: Final = 10_000


class TooManyWaitsError(Exception):
    """The party's runs may not wait for more."""


class Waits:
    """The waits for the events of one batch, those that the batch opens among them."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._open: dict[tuple[UUID, str], list[Wait]] = defaultdict(list)
        if not events:
            return
        anchors = {anchor for event in events for anchor in _anchors(event)}
        found = fetched(_WAITING, list(anchors), list({event.type for event in events}))
        waits = Wait.objects.filter(pk__in=[pk for (pk,) in found]) if found else Wait.objects.none()
        for wait in waits.order_by("id").select_related("run__rule").select_for_update(of=("self",)):
            self.add(wait)

    def runs(self) -> list[Run]:
        """Those that wait."""
        return [wait.run for waits in self._open.values() for wait in waits]

    def add(self, wait: Wait) -> None:
        """One that was opened just now."""
        if wait.event_type:
            self._open[wait.anchor, wait.event_type].append(wait)

    def has(self, event: Event) -> bool:
        """Whether anything may wait for it."""
        return any((anchor, event.type) in self._open for anchor in _anchors(event))

    def for_event(self, event: Event) -> list[Wait]:
        """Those that this event is for, which are no longer among the open ones."""
        found: list[Wait] = []
        for anchor in _anchors(event):
            waits = self._open.get((anchor, event.type))
            if waits:
                met = [wait for wait in waits if _is_for(wait, event)]
                self._open[anchor, event.type] = [wait for wait in waits if wait not in met]
                found += met
        return found


def wait_for(run: Run, moment: Moment, *, step: int, pause: Pause) -> Wait:
    """The run stands at this step until then. Raises TooManyWaitsError."""
    party = moment.rule.party
    most = MOST_OF_COMPANY if moment.rule.company_id else MOST_OF_PERSON
    if not _has_room(party.pk, most):
        raise TooManyWaitsError
    anchor = moment.event.pico_id or party.pk
    return Wait.objects.create(
        run=run,
        party=party.pk,
        step=step,
        anchor=anchor,
        event_type=pause.event_type,
        where=pause.where,
        since=(moment.reply or moment.event).sequence,
        lane=lane_of(turn_key(anchor)),
        due=pause.until or moment.at + pause.within,
    )


def _has_room(party: UUID, most: int) -> bool:
    """Whether it may have one more; counting a hundred thousand for each would take longer than all else."""
    counted_at, count = _counted.get(party, (0.0, 0))
    if time.monotonic() - counted_at > FRESH or count >= most * FAR_FROM_FULL:
        if len(_counted) > MOST_COUNTED:
            _counted.clear()
        counted_at, count = time.monotonic(), Wait.objects.filter(party=party)[:most].count()
    _counted[party] = (counted_at, count + 1)
    return count < most


_counted: dict[UUID, tuple[float, int]] = {}


def due_anchors(lanes: Iterable[int], now: datetime) -> list[UUID]:
    """What the runs are about whose time is up in these lanes, the longest first."""
    due = Wait.objects.filter(lane__in=lanes, due__lte=now).order_by("due", "id")
    return list(dict.fromkeys(due.values_list("anchor", flat=True)[:DUE_AT_ONCE]))


def due_waits(lanes: Iterable[int], now: datetime, *, turns: Iterable[UUID], handled: Iterable[UUID]) -> list[Wait]:
    """Those whose time is up in lanes that the caller holds, on things whose turns it holds, the oldest first.

    `handled` are the events of its claim. An event that came in time, but was committed after the claim, goes first: a
    wait of its thing is left to the next claim, which has it.
    """
    partys_own = Q(event__pico=None) & (Q(event__owner=OuterRef("anchor")) | Q(event__company=OuterRef("anchor")))
    about = Q(event__pico=OuterRef("anchor")) | partys_own
    missed = Pending.objects.filter(about, lane=OuterRef("lane"), event__at__lte=OuterRef("due"))
    due = Wait.objects.filter(lane__in=lanes, due__lte=now, anchor__in=set(turns)).order_by("due", "id")
    ready = due.exclude(Exists(missed.exclude(pk__in=list(handled))))
    return list(ready.select_related("run__rule").select_for_update(of=("self",))[:DUE_AT_ONCE])


def cancel_runs(runs: Iterable[Run], *, because: str) -> None:
    """Ends open runs where they stand, in the caller's transaction; what goes on just then in a drain is waited for."""
    for pk in [run.pk for run in runs]:
        # The drain takes the wait first, then the run.
        list(Wait.objects.filter(run=pk).select_for_update())
        run = Run.objects.filter(pk=pk, outcome__in=Run.OPEN).select_for_update(no_key=True).first()
        if run is None:
            continue
        run.outcome = Run.Outcome.CANCELLED
        run.actions = [*run.actions, {"result": "cancelled", "detail": because}]
        Wait.objects.filter(run=pk).delete()
        run.save(update_fields=["outcome", "actions"])


def _anchors(event: Event) -> list[UUID]:
    """A run about a thing waits for that thing's events, another for its party's own."""
    if event.pico_id:
        return [event.pico_id]
    return [id_ for id_ in (event.owner_id, event.company_id) if id_]


def _is_for(wait: Wait, event: Event) -> bool:
    leaf = EventIs(event=wait.event_type, where=wait.where)
    return event.sequence > wait.since and fits(leaf, event.type, event.data)
