"""The breaker of each endpoint: one that fails is left alone, and probed with one message at a time until it is back.

Closed, everything goes there. After TRIP_AFTER failures in a row, or when the endpoint asks for time, it opens: nothing
goes there until `probe_at`. Then it is half open: one message goes. A success closes it and brings forward what waited
for a later attempt; a failure doubles the wait. What fails for GIVE_UP_AFTER is disabled, and its company told.
"""

import random
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from conduits.delivery.switching import WORKING, disable
from conduits.models import Delivery, Endpoint
from picos import bell

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


@dataclass(slots=True)
class Tally:
    """What came of an endpoint's messages. `hold` is how long it asked to be left alone."""

    endpoint: Endpoint
    arrived: int = 0
    failed: int = 0
    fresh: int = 0
    probed: bool = False
    gone: bool = False
    hold: timedelta = timedelta()

    @property
    def tells_something(self) -> bool:
        """Whether it changes the endpoint's row: what arrives at one that works does not."""
        return bool(self.failed or self.endpoint.failing_since)


def note(tallies: Iterable[Tally], *, now: datetime) -> None:
    """Counts what came of messages. In the caller's transaction; in one order for all workers, as rows are locked."""
    for tally in sorted(tallies, key=lambda tally: tally.endpoint.pk):
        if tally.tells_something:
            _note(tally, Endpoint.objects.select_for_update(no_key=True).get(pk=tally.endpoint.pk), now)


def hold_while_probed(endpoints: Collection[UUID], *, until: datetime) -> None:
    """One probe at a time: the next waits for the end of this one's lease, should its worker die."""
    Endpoint.objects.filter(pk__in=endpoints, probe_at__isnull=False).update(probe_at=until)


def wait_before_probe(probe_count: int) -> timedelta:
    """The wait after so many failed probes, up to a tenth longer."""
    wait = min(timedelta(seconds=FIRST_PROBE.total_seconds() * 2 ** min(probe_count, 10)), LONGEST_PROBE)
    return wait * (1 + JITTER * random.random())  # noqa: S311 (spreads probes, guards nothing)


def _note(tally: Tally, endpoint: Endpoint, now: datetime) -> None:
    if tally.gone:
        disable(endpoint, reason="It answered 410 Gone.")
    if tally.arrived:
        _close(endpoint)
    elif tally.failed:
        _fail(tally, endpoint, now)


def _close(endpoint: Endpoint) -> None:
    if endpoint.failing_since is None:
        return
    _set(endpoint, **WORKING)
    if endpoint.probe_at:
        bring_forward(endpoint)


def bring_forward(endpoint: Endpoint) -> None:
    """What waits for a later attempt is due now."""
    now = timezone.now()
    later = Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.WAITING, next_attempt_at__gt=now)
    # Without those that another worker is just claiming: it may wait for the endpoint's row, which we hold.
    free = later.select_for_update(skip_locked=True).values("pk")
    if Delivery.objects.filter(pk__in=free).update(next_attempt_at=now):
        bell.ring(bell.DELIVERIES)


def _fail(tally: Tally, endpoint: Endpoint, now: datetime) -> None:
    failures = endpoint.failure_count + tally.failed
    since = endpoint.failing_since or now
    probe_at, probe_count = endpoint.probe_at, endpoint.probe_count
    if tally.probed:
        probe_count += 1
        probe_at = now + wait_before_probe(probe_count)
    elif probe_at is None and tally.fresh and failures >= TRIP_AFTER:
        probe_at = now + wait_before_probe(0)
    if tally.hold:
        probe_at = max(probe_at or now, now + tally.hold)
    _set(endpoint, failure_count=failures, failing_since=since, probe_at=probe_at, probe_count=probe_count)
    if now - since >= GIVE_UP_AFTER and failures >= GIVE_UP_FAILURES:
        disable(endpoint, reason=f"Nothing has arrived there for {GIVE_UP_AFTER.days} days.")


def _set(endpoint: Endpoint, **values: object) -> None:
    Endpoint.objects.filter(pk=endpoint.pk).update(**values)
