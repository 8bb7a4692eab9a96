"""The engine: takes events from the queue and runs the rules that wait for them, each effect exactly once.

A drain holds some of the queue's lanes (SKIP LOCKED), so the events of one pico are handled in their order and by one
worker at a time, while other lanes run elsewhere. Taking the events off the queue, the runs and all their effects are
one transaction: a worker that dies leaves everything as it was. docs/architecture.md tells the whole way of an event.
"""

import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, transaction

from rules.engine.batch import Batch
from rules.engine.claiming import Claim, claim, settle
from rules.engine.meeting import Meetings
from rules.engine.watching import ring_due

logger = logging.getLogger(__name__)


def drain() -> int:
    """Handles what waits, once around; returns how many events and times that had come it handled."""
    claimed = None
    try:
        with _no_collecting(), transaction.atomic():
            claimed = claim()
            return _handle(claimed, apart=False) if claimed else 0
    except OperationalError:
        raise
    except Exception:
        if claimed is None:
            raise
        # What many runs write together could not be written: each by itself, so that only the one at fault fails.
        logger.exception("a batch of %s events could not be written as one", len(claimed.ids))
    with transaction.atomic():
        again = claim(claimed.lanes)
        return _handle(again, apart=True) if again else 0


@contextmanager
def _no_collecting() -> Iterator[None]:
    """The rows of a batch are let go at its end and refer to each other one way only, so counting frees them. Python's
    collector would look through all of them in vain, again and again: a quarter of a drain's time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _handle(claimed: Claim, *, apart: bool) -> int:
    """The events in their order; then, where nothing is left behind, those whose time has come."""
    rung = _meet(claimed, apart=apart) if claimed.events or claimed.ripe else 0
    settle(claimed)
    return len(claimed.ids) + rung


def _meet(claimed: Claim, *, apart: bool) -> int:
    batch = Batch(claimed)
    meetings = Meetings(batch, apart=apart)
    for event, plans in claimed.events:
        meetings.take(event, plans)
    rung = meetings.take_due_waits()
    meetings.write()
    if claimed.ripe:
        rung += ring_due(claimed.ripe, claimed.now)
    return rung
