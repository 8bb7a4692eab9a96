"""What time itself brings about: absences, schedules, dates; and clocks that jump."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from rules.triggers import State, When, advance, begin, due, feed

WHEN: TypeAdapter[Any] = TypeAdapter(When)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
UNANSWERED = {"not": {"event": "journal.entry_added"}, "within": "PT2M", "after": {"event": "pico.scanned"}}
ANSWER, SCAN = [0], [1]


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def test_an_absence_is_complete_at_its_deadline_and_only_once() -> None:
    when = WHEN.validate_python(UNANSWERED)
    state, fired = feed(when, begin(when, NOON), at=at(1), places=SCAN)

    assert [fired, due(when, state)] == [False, at(3)]
    assert advance(when, state, now=at(3) - timedelta(microseconds=1)) == (state, [])
    state, late = advance(when, state, now=at(60))
    assert [late, due(when, state)] == [[at(3)], None]
    assert advance(when, state, now=at(70))[1] == []


@pytest.mark.parametrize(("minutes", "late"), [(2.99, []), (3, [at(3)]), (3.01, [at(3)])])
def test_an_answer_at_the_deadline_is_too_late(minutes: float, late: list[datetime]) -> None:
    when = WHEN.validate_python(UNANSWERED)
    state, _ = feed(when, begin(when, NOON), at=at(1), places=SCAN)
    state, fired = feed(when, state, at=at(minutes), places=ANSWER)

    assert not fired
    # What an event found overdue is due at once, so that it is not lost.
    assert due(when, state) == (late[0] if late else None)
    state, found = advance(when, state, now=at(minutes))
    assert [found, due(when, state)] == [late, None]


def test_while_it_waits_a_second_beginning_changes_nothing() -> None:
    when = WHEN.validate_python(UNANSWERED)
    state, _ = feed(when, begin(when, NOON), at=at(0), places=SCAN)
    state, _ = feed(when, state, at=at(1), places=SCAN)

    assert advance(when, state, now=at(10))[1] == [at(2)]


def test_one_event_can_end_an_absence_and_begin_the_next() -> None:
    scan = {"event": "pico.scanned"}
    when = WHEN.validate_python({"not": scan, "within": "P30D", "after": scan})
    state, _ = feed(when, begin(when, NOON), at=NOON, places=[0, 1])
    state, _ = feed(when, state, at=NOON + timedelta(days=20), places=[0, 1])

    assert advance(when, state, now=NOON + timedelta(days=400))[1] == [NOON + timedelta(days=50)]


def test_a_clock_that_jumps_back_fires_nothing_twice() -> None:
    when = WHEN.validate_python(UNANSWERED)
    state, _ = feed(when, begin(when, NOON), at=at(1), places=SCAN)
    state, late = advance(when, state, now=at(5))
    again, more = advance(when, state, now=at(-60))

    assert [late, more, again] == [[at(3)], [], state]
    # An event of the past counts as just after what was seen last.
    state, _ = feed(when, state, at=at(-60), places=SCAN)
    assert due(when, state) == at(5) + timedelta(microseconds=1)


def test_a_clock_that_jumped_ahead_does_not_stop_later_events() -> None:
    when = WHEN.validate_python({"count": 2, "of": {"event": "pico.scanned"}, "within": "PT1H"})
    state = begin(when, NOON)
    state, _ = advance(when, state, now=at(10_000))
    state, first = feed(when, state, at=at(1), places=[0])
    state, second = feed(when, state, at=at(2), places=[0])

    assert [first, second] == [False, True]


def watch(raw: dict[str, Any], *looks: datetime, since: datetime = NOON) -> list[list[datetime]]:
    """What each look finds."""
    when = WHEN.validate_python(raw)
    state, found = json.loads(json.dumps(begin(when, since))), []
    for now in looks:
        state, late = advance(when, state, now=now)
        found.append(late)
    return found


def test_a_schedule_fires_at_each_of_its_times_late_if_need_be() -> None:
    # A Saturday noon.
    hourly = {"every": "FREQ=HOURLY;BYMINUTE=30", "zone": "UTC"}

    assert watch(hourly, at(29), at(30), at(30), at(155), at(-60), at(155)) == [
        [],
        [at(30)],
        [],
        [at(90), at(150)],
        [],
        [],
    ]


def test_of_what_a_schedule_missed_the_newest_hundred_come_late() -> None:
    minutely = watch({"every": "FREQ=MINUTELY", "zone": "UTC"}, at(100), at(100_000), at(100_001))
    weekly = watch({"every": "FREQ=WEEKLY;BYDAY=MO", "zone": "UTC"}, NOON + timedelta(days=12))
    yearly = watch({"every": "FREQ=YEARLY", "zone": "UTC"}, NOON + timedelta(days=800))

    assert minutely == [
        [at(one) for one in range(1, 101)],
        [at(one) for one in range(99_901, 100_001)],
        [at(100_001)],
    ]
    assert weekly == [[datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC)]]
    assert yearly == [
        [datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)]
    ]


REMINDER = {"date": "pico.state.warranty_until", "before": "P30D"}


def told(state: State | None, value: Any, now: datetime, raw: dict[str, Any] = REMINDER) -> tuple[State, bool]:
    when = WHEN.validate_python(raw)
    return feed(when, state or begin(when, NOON), at=now, places=[0], read={"event.data.value": value}.get)


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2027-03-31", datetime(2027, 3, 1, tzinfo=UTC)),
        ("2027-03-31T12:00:00+02:00", datetime(2027, 3, 1, 10, tzinfo=UTC)),
        ("2027-03-31T12:00:00", datetime(2027, 3, 1, 12, tzinfo=UTC)),
        ("2020-01-01", None),
        ("2027-02-30", None),
        ("9999-12-31", None),
        ("0001-01-01", None),
        ("soon", None),
        ("", None),
        (20270331, None),
        (None, None),
        ({"at": "2027-03-31"}, None),
    ],
)
def test_a_reminder_is_due_that_long_before_the_date(value: Any, moment: datetime | None) -> None:
    state, fired = told(None, value, NOON)

    assert [fired, due(WHEN.validate_python(REMINDER), state)] == [False, moment]


def test_the_newest_value_counts_and_each_moment_once() -> None:
    when = WHEN.validate_python(REMINDER)
    state, _ = told(None, "2027-03-31", NOON)
    state, _ = told(state, "2027-04-30", NOON)
    state, late = advance(when, state, now=datetime(2027, 3, 31, 1, tzinfo=UTC))
    assert late == [datetime(2027, 3, 31, tzinfo=UTC)]

    state, again = told(state, "2027-04-30", datetime(2027, 3, 31, 2, tzinfo=UTC))
    state, gone = told(state, None, datetime(2027, 3, 31, 3, tzinfo=UTC))
    assert [again, gone, due(when, state)] == [False, False, None]


@pytest.mark.parametrize(
    ("value", "fires"),
    [("2026-12-21T12:00:00Z", True), ("2026-12-20T12:00:00Z", True), ("2026-12-20T11:59:59Z", False)],
)
def test_a_moment_that_has_just_passed_is_made_up_for_once(value: str, fires: bool) -> None:
    state, fired = told(None, value, NOON)
    state, again = told(state, value, at(1))
    _, late = advance(WHEN.validate_python(REMINDER), state, now=at(10_000))

    assert [fired, again, late] == [fires, False, []]


def test_a_reminder_can_come_after_the_date() -> None:
    raw = {"date": "pico.state.serviced", "after": "P365D"}
    state, _ = told(None, "2026-01-01", NOON, raw)

    assert due(WHEN.validate_python(raw), state) == datetime(2027, 1, 1, tzinfo=UTC)


def test_a_deadline_is_no_event_between_two_that_follow_each_other_directly() -> None:
    scan, lost, found = ({"event": f"pico.{name}"} for name in ("scanned", "lost", "found"))
    raw = {"all": [{"then": [scan, lost]}, {"not": found, "within": "PT2M", "after": scan}]}
    when = WHEN.validate_python(raw)
    state, _ = feed(when, begin(when, NOON), at=at(0), places=[0, 3])
    state, late = advance(when, state, now=at(2))
    state, fired = feed(when, state, at=at(3), places=[1])

    assert [late, fired] == [[], True]
