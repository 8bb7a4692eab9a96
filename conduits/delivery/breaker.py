"""The breaker of each endpoint: one that fails is left alone, and probed with one message at a time until it is back.

Closed, everything goes there. After TRIP_AFTER failures in a row, or when the endpoint asks for time, it opens: nothing
goes there until `probe_at`. Then it is half open: one message goes. A success closes it and brings forward what waited
for a later attempt; a failure doubles the wait. What fails for GIVE_UP_AFTER is disabled, and its company told.
"""

import random
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from conduits.delivery.switching import WORKING, disable
from conduits.models import Delivery, Endpoint
from picos import bell
from picos.prepared import prepared_cursor

TRIP_AFTER = 2
FIRST_PROBE = timedelta(seconds=5)
LONGEST_PROBE = timedelta(minutes=5)
# So many probes, about ten minutes, take a message ahead of its time if none is due: who was away for a minute need not
# wait for the schedule's half hour. They use up none of the message's attempts.
EARLY_PROBES = 7
# Messages that failed more often than this tell of themselves, not of the endpoint: they alone open no breaker.
FRESH_TRIES = 2
GIVE_UP_AFTER = timedelta(days=5)
GIVE_UP_FAILURES = 10
JITTER = 0.1

_NOTE = """
UPDATE conduits_endpoint AS endpoint
SET standing = noted.standing, failure_count = noted.failure_count, failing_since = noted.failing_since,
    probe_at = noted.probe_at, probe_count = noted.probe_count
FROM unnest(%b::uuid[], %b::text[], %b::int[], %b::timestamptz[], %b::timestamptz[], %b::smallint[])
    AS noted (id, standing, failure_count, failing_since, probe_at, probe_count)
WHERE endpoint.id = noted.id
"""


@dataclass(slots=True)
class Tally:
    """What came of an endpoint's messages. `hold` is how long it asked to be left alone, `standing` what the last that
    arrived makes of it.
    """

    endpoint: Endpoint
    arrived: int = 0
    failed: int = 0
    fresh: int = 0
    probed: bool = False
    gone: bool = False
    hold: timedelta = timedelta()
    standing: Endpoint.Standing = Endpoint.Standing.UNPROVEN

    @property
    def tells_something(self) -> bool:
        """Whether it changes the endpoint's row: what arrives at one that works does not."""
        return bool(self.failed or self.endpoint.failing_since or self.endpoint.standing != self.standing)


def note(tallies: Iterable[Tally], *, now: datetime) -> None:
    """Counts what came of messages. In the caller's transaction; in one order for all workers, as rows are locked. All
    in one statement: when a network breaks, a thousand endpoints fail in the same moment.
    """
    telling = {tally.endpoint.pk: tally for tally in tallies if tally.tells_something}
    if not telling:
        return
    rows = Endpoint.objects.filter(pk__in=telling).order_by("pk").select_for_update(no_key=True)
    noted = [(telling[endpoint.pk], endpoint) for endpoint in rows]
    back = [endpoint for tally, endpoint in noted if tally.arrived and endpoint.probe_at]
    for tally, endpoint in noted:
        _close(tally, endpoint) if tally.arrived else _fail(tally, endpoint, now)
    _write([endpoint for _, endpoint in noted])
    for endpoint in back:
        bring_forward(endpoint)
    for tally, endpoint in noted:
        _give_up(tally, endpoint, now)


def hold_while_probed(endpoints: Collection[UUID], *, until: datetime) -> None:
    """One probe at a time: the next waits for the end of this one's lease, should its worker die."""
    Endpoint.objects.filter(pk__in=endpoints, probe_at__isnull=False).update(probe_at=until)


def wait_before_probe(probe_count: int) -> timedelta:
    """The wait after so many failed probes, up to a tenth longer."""
    wait = min(timedelta(seconds=FIRST_PROBE.total_seconds() * 2 ** min(probe_count, 10)), LONGEST_PROBE)
    return wait * (1 + JITTER * random.random())  # noqa: S311 (spreads probes, guards nothing)


def _close(tally: Tally, endpoint: Endpoint) -> None:
    endpoint.standing = tally.standing
    for name, value in WORKING.items():
        setattr(endpoint, name, value)


def bring_forward(endpoint: Endpoint) -> None:
    """What waits for a later attempt is due now."""
    now = timezone.now()
    later = Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.WAITING, next_attempt_at__gt=now)
    # Without those that another worker is just claiming: it may wait for the endpoint's row, which we hold.
    free = later.select_for_update(skip_locked=True).values("pk")
    if Delivery.objects.filter(pk__in=free).update(next_attempt_at=now):
        bell.ring(bell.DELIVERIES)


def _fail(tally: Tally, endpoint: Endpoint, now: datetime) -> None:
    endpoint.standing = tally.standing
    endpoint.failure_count += tally.failed
    endpoint.failing_since = endpoint.failing_since or now
    if tally.probed:
        endpoint.probe_count += 1
        endpoint.probe_at = now + wait_before_probe(endpoint.probe_count)
    elif endpoint.probe_at is None and tally.fresh and endpoint.failure_count >= TRIP_AFTER:
        endpoint.probe_at = now + wait_before_probe(0)
    if tally.hold:
        endpoint.probe_at = max(endpoint.probe_at or now, now + tally.hold)


def _write(endpoints: Sequence[Endpoint]) -> None:
    columns = [
        [str(getattr(endpoint, name)) if name == "standing" else getattr(endpoint, name) for endpoint in endpoints]
        for name in ("pk", "standing", *WORKING)
    ]
    with prepared_cursor() as cursor:
        cursor.execute(_NOTE, columns)


def _give_up(tally: Tally, endpoint: Endpoint, now: datetime) -> None:
    since, failures = endpoint.failing_since, endpoint.failure_count
    if tally.gone:
        disable(endpoint, reason="It answered 410 Gone.")
    elif since and now - since >= GIVE_UP_AFTER and failures >= GIVE_UP_FAILURES:
        disable(endpoint, reason=f"Nothing has arrived there for {GIVE_UP_AFTER.days} days.")
