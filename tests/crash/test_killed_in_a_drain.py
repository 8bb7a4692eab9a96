"""A worker that is killed before any statement of a drain: each run, count, wait and deadline comes out as if it had not been."""

import os
import signal
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from conduits.models import Conduit, Delivery
from journals.keeping import append_entry
from journals.models import Entry
from picos.models import Pending
from picos.scanning import record_scan
from rules.engine.draining import drain
from rules.models import Run, Wait, Watch
from tests.factories import a_rule, an_endpoint
from tests.rules.actions.acting import an_open_conduit, drain_all, note

pytestmark = [pytest.mark.crash, pytest.mark.timeout(300), pytest.mark.django_db(transaction=True)]

SCAN = {"event": "pico.scanned"}
# More statements than any drain here has.
MANY = 200


ANSWER = {"event": "journal.entry_added", "where": {"author": "company"}}
WAIT = {"do": "wait", "for": ANSWER, "within": "PT1H", "then": [note("answered")], "else": [note("late")]}
SILENCE = {"not": ANSWER, "within": "PT2H", "after": SCAN}


@pytest.fixture
def conduit() -> Conduit:
    conduit = an_open_conduit()
    an_endpoint(conduit.company, "http://127.0.0.1:9/", ("pico.scanned",))
    a_rule(conduit.owner, name="each", when=SCAN, then=[note("scanned")])
    a_rule(conduit.owner, name="third", when={"count": 3, "of": SCAN, "within": "P1D"}, then=[note("third")])
    a_rule(conduit.owner, name="wait", when=SCAN, then=[WAIT], mode="parallel")
    a_rule(conduit.owner, name="silence", when=SILENCE, then=[note("silent")])
    return conduit


def is_killed(*, before: int) -> bool:
    """Whether a drain in a process of its own came as far as this statement, before which it is killed."""
    with warnings.catch_warnings():
        # It begins no thread, and takes no lock that another thread here may have held.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child:
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])
    try:
        _drain_until(before)
        os._exit(0)
    finally:
        os._exit(1)


def _drain_until(last: int) -> None:
    # The parent's goes on over there; to close it would end it for both.
    parents = connection.connection
    connection.connection = None
    connection.ensure_connection()
    asked, wait = count(1), psycopg.Connection.wait

    def counting(*given: Any, **named: Any) -> Any:
        if next(asked) == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return wait(*given, **named)

    psycopg.Connection.wait = counting  # type: ignore[method-assign]
    drain()
    del parents


def go_on() -> None:
    """The database ends a dead worker's session, and lets go of its lanes, as soon as it finds out."""
    deadline = time.monotonic() + 30
    while Pending.objects.exists() or is_due(Wait) or is_due(Watch):
        assert time.monotonic() < deadline
        drain()


def is_due(waiting: type[Wait] | type[Watch]) -> bool:
    return waiting.objects.filter(due__lte=Now()).exists()


def deaths() -> Iterator[int]:
    """Before each statement in turn; what it is killed at is to be made for each anew."""
    yield from range(1, MANY)
    raise AssertionError("a drain has no end")


def written() -> Counter[str]:
    return Counter(Entry.objects.exclude(rule_id=None).values_list("body", flat=True))


def test_whatever_statement_it_is_killed_before_each_event_has_its_effects_once(conduit: Conduit) -> None:
    for scans in deaths():
        record_scan(pico=conduit.pico, visitor=scans.to_bytes(8), person=None)
        append_entry(journal=conduit.journal, author=conduit.company, body="We mend it.", visibility="shared")
        killed = is_killed(before=scans)
        go_on()
        assert written() == Counter(scanned=scans, third=scans // 3, answered=scans)
        assert (Delivery.objects.count(), Wait.objects.count(), Watch.objects.count()) == (scans, 0, 2)
        if not killed:
            break

    assert scans > 10
    runs = Run.objects.filter(rule__name__in=["each", "third", "wait"])
    assert Counter(runs.values_list("rule__name", "outcome")) == {
        ("each", "fired"): scans,
        ("third", "fired"): scans // 3,
        ("third", "noted"): scans - scans // 3,
        ("wait", "fired"): scans,
    }


def test_whatever_statement_it_is_killed_before_a_time_that_has_come_comes_once_and_late(conduit: Conduit) -> None:
    for times in deaths():
        record_scan(pico=conduit.pico, visitor=times.to_bytes(8), person=None)
        drain_all()
        Wait.objects.update(due=F("due") - timedelta(hours=5))
        Watch.objects.exclude(due=None).update(due=Now())
        killed = is_killed(before=times)
        go_on()
        assert written()["late"] == times
        if not killed:
            break

    assert times > 10
    assert Counter(Run.objects.filter(rule__name="wait").values_list("outcome", flat=True)) == {"fired": times}
