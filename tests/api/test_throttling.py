"""Throttles: counted in the database, so that they hold over all processes."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from api.models import Tally
from api.throttling import seconds_to_wait
from tests.conduits.at_once import at_once

MINUTE = timedelta(minutes=1)


@pytest.mark.django_db
def test_the_window_s_uses_pass_and_the_next_waits_for_its_end() -> None:
    waits = [seconds_to_wait("mails", most=3, window=MINUTE) for _ in range(5)]
    assert waits == [0, 0, 0, 60, 60]


@pytest.mark.django_db
def test_each_name_has_a_window_of_its_own() -> None:
    assert [seconds_to_wait(name, most=1, window=MINUTE) for name in "aab"] == [0, 60, 0]


@pytest.mark.django_db
def test_a_new_window_starts_when_the_old_one_has_ended() -> None:
    for _ in range(3):
        seconds_to_wait("mails", most=1, window=MINUTE)
    Tally.objects.update(ends_at=datetime(2020, 1, 1, tzinfo=UTC))

    assert [seconds_to_wait("mails", most=1, window=MINUTE) for _ in range(2)] == [0, 60]
    assert Tally.objects.get().count == 2


@pytest.mark.django_db(transaction=True)
def test_what_many_use_at_once_is_counted_exactly() -> None:
    def use() -> list[bool]:
        return [seconds_to_wait("mails", most=10, window=MINUTE) == 0 for _ in range(5)]

    passed = [one for each in at_once(*[use] * 4) for one in each]

    assert (passed.count(True), passed.count(False)) == (10, 10)


@pytest.mark.django_db
def test_the_tallies_are_not_written_ahead() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, relpersistence FROM pg_class WHERE relname IN ('api_tally', 'picos_visit')")
        assert dict(cursor.fetchall()) == {"api_tally": "u", "picos_visit": "u"}
