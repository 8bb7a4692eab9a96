"""Recurrence rules against python-dateutil's, and time zones against what their clocks did."""

import time
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from dateutil import rrule
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rules.triggers.calendars import check_rule, following, times_between

FIRST = datetime(2024, 1, 1)  # noqa: DTZ001 (as clocks on the wall show it)


def numbers(least: int, greatest: int) -> st.SearchStrategy[str]:
    return st.lists(st.integers(least, greatest), min_size=1, max_size=3).map(lambda some: ",".join(map(str, some)))


WEEK = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
DAYS = st.lists(st.sampled_from(WEEK), min_size=1, max_size=3).map(",".join)
ORDINALS = st.lists(st.sampled_from(["1MO", "2TU", "-1FR", "-2SU", "5WE", "3SA"]), min_size=1, max_size=2).map(",".join)
TIMES = {
    "BYHOUR": numbers(0, 23),
    "BYMINUTE": numbers(0, 59),
    "BYMONTH": numbers(1, 12),
    "INTERVAL": numbers(1, 4).map(lambda some: some[0]),
}
WEEKLY = TIMES | {"BYDAY": DAYS, "WKST": st.sampled_from(WEEK)}
DAILY = TIMES | {"BYDAY": DAYS, "BYMONTHDAY": numbers(1, 28) | numbers(-28, -1)}
MONTHLY = TIMES | {"BYDAY": DAYS | ORDINALS, "BYMONTHDAY": numbers(1, 31) | numbers(-31, -1)}
YEARLY = MONTHLY | {"BYYEARDAY": numbers(1, 366) | numbers(-366, -1)}


def rules(frequency: str, parts: dict[str, st.SearchStrategy[str]]) -> st.SearchStrategy[str]:
    chosen = st.fixed_dictionaries({}, optional=parts)
    return chosen.map(
        lambda given: ";".join([f"FREQ={frequency}", *(f"{name}={value}" for name, value in given.items())])
    )


RULES = st.one_of(
    rules("MINUTELY", DAILY), rules("HOURLY", DAILY), rules("DAILY", DAILY), rules("WEEKLY", WEEKLY),
    rules("MONTHLY", MONTHLY), rules("YEARLY", YEARLY),
)  # fmt: skip


def taken(text: str) -> str | None:
    """The rule in its one spelling; None if it never comes."""
    try:
        return check_rule(text)
    except ValueError as error:
        return None if "never comes" in str(error) else text


@settings(max_examples=150, deadline=None)
@given(RULES, st.integers(0, 3 * 365 * 24 * 60))
def test_a_rule_means_what_it_means_to_dateutil(text: str, minutes: int) -> None:
    spelt = taken(text)
    assume(spelt)
    # dateutil looks at each minute since the first.
    since = FIRST + timedelta(minutes=minutes % 2000 if text.startswith(("FREQ=MINUTELY", "FREQ=HOURLY")) else minutes)
    now = since.replace(tzinfo=UTC)
    ours = list(islice(times_between(str(spelt), "UTC", now, now + timedelta(days=3000)), 10))
    theirs = islice(rrule.rrulestr(text, dtstart=FIRST).xafter(since), len(ours))

    assert [at.replace(tzinfo=None) for at in ours] == list(theirs)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", ["2026-11-30", "2026-12-31", "2027-01-29"]),
        ("FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1,-1", ["2026-11-29", "2026-12-05", "2026-12-27"]),
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=TH;BYSETPOS=4", ["2026-11-26", "2027-11-25", "2028-11-23"]),
    ],
)
def test_positions_choose_among_the_days_of_a_period(text: str, first: list[str]) -> None:
    now = datetime(2026, 11, 21, tzinfo=UTC)
    ours = [
        f"{at:%Y-%m-%d}" for at in islice(times_between(check_rule(text), "UTC", now, now + timedelta(days=900)), 3)
    ]
    theirs = [
        f"{at:%Y-%m-%d}" for at in islice(rrule.rrulestr(text, dtstart=FIRST).xafter(now.replace(tzinfo=None)), 3)
    ]

    assert ours == theirs == first


@pytest.mark.parametrize(
    ("given", "spelt"),
    [
        ("freq=weekly;byday=fr,MO,mo;byhour=09", "FREQ=WEEKLY;BYHOUR=9;BYDAY=MO,FR"),
        ("RRULE:BYMINUTE=5,1;FREQ=HOURLY", "FREQ=HOURLY;BYMINUTE=1,5"),
        ("FREQ=MONTHLY;BYDAY=+1MO,-1SU", "FREQ=MONTHLY;BYDAY=1MO,-1SU"),
    ],
)
def test_a_rule_has_one_spelling(given: str, spelt: str) -> None:
    assert check_rule(given) == spelt
    assert check_rule(spelt) == spelt


@pytest.mark.parametrize(
    "text",
    [
        *("", "DAILY", "FREQ", "FREQ=", "FREQ=SECONDLY", "BYHOUR=9", "FREQ=DAILY;", "FREQ=DAILY;FREQ=DAILY", ";"),
        *("FREQ=DAILY;COUNT=3", "FREQ=DAILY;UNTIL=20270101", "FREQ=DAILY;BYSECOND=5", "FREQ=YEARLY;BYWEEKNO=5"),
        *(
            "FREQ=DAILY;BYHOUR=24",
            "FREQ=DAILY;BYHOUR=",
            "FREQ=DAILY;BYHOUR=9,",
            "FREQ=DAILY;BYHOUR=-1",
            "FREQ=DAILY;BYHOUR=٣",
        ),
        *("FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=1,2", "FREQ=DAILY;INTERVAL=99999999999"),
        *("FREQ=DAILY;BYDAY=XX", "FREQ=DAILY;BYDAY=1MO", "FREQ=MONTHLY;BYDAY=0MO", "FREQ=YEARLY;BYDAY=54MO"),
        *("FREQ=WEEKLY;WKST=1", "FREQ=MONTHLY;BYYEARDAY=1", "FREQ=DAILY;BYSETPOS=1"),
        *("FREQ=MONTHLY;BYMONTHDAY=0", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1;BYHOUR=1,2"),
        # These never come.
        *(
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=HOURLY;INTERVAL=24;BYHOUR=9",
            "FREQ=MONTHLY;BYDAY=1MO;BYSETPOS=2",
        ),
        *("FREQ=MINUTELY;INTERVAL=7;BYHOUR=9;BYMONTH=2;BYMONTHDAY=30", "FREQ=MINUTELY;INTERVAL=2;BYMINUTE=1"),
    ],
)
def test_a_rule_that_is_none_or_never_comes_is_refused_in_a_moment(text: str) -> None:
    begin = time.process_time()
    with pytest.raises(ValueError):  # noqa: PT011 (the message is the reader's)
        check_rule(text)
    assert time.process_time() - begin < 2


@settings(max_examples=200)
@given(st.text(st.sampled_from("FREQ=DAILYBYHOUR;,0123456789-+MOTUINTERVAL"), max_size=60) | st.text(max_size=30))
def test_any_text_is_a_rule_or_a_value_error(text: str) -> None:
    try:
        spelt = check_rule(text)
    except ValueError:
        return
    assert check_rule(spelt) == spelt


def berlin(text: str, since: str, count: int) -> list[str]:
    now = datetime.fromisoformat(since)
    found = times_between(check_rule(text), "Europe/Berlin", now, now + timedelta(days=3))
    return [f"{at:%d %H:%M:%S}" for at in islice(found, count)]


def test_a_time_that_the_clocks_skip_comes_just_after_the_gap() -> None:
    # On 28 March 2027 at 02:00 it is 03:00, which is 01:00 UTC.
    assert berlin("FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "2027-03-27T00:00:00Z", 3) == [
        "27 01:30:00",
        "28 01:00:00",
        "29 00:30:00",
    ]
    assert berlin("FREQ=HOURLY;BYMINUTE=30", "2027-03-28T00:00:00Z", 4) == [
        "28 00:30:00",
        "28 01:00:00",
        "28 01:30:00",
        "28 02:30:00",
    ]


def test_a_time_that_the_clocks_show_twice_comes_the_first_time() -> None:
    # On 31 October 2027 at 03:00 it is 02:00 again, which is 01:00 UTC.
    assert berlin("FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "2027-10-31T00:00:00Z", 2) == ["31 00:30:00", "01 01:30:00"]
    assert berlin("FREQ=HOURLY", "2027-10-30T23:30:00Z", 3) == ["31 00:00:00", "31 02:00:00", "31 03:00:00"]


def test_a_day_that_a_zone_left_out_comes_just_after_it() -> None:
    # Samoa had no 30 December 2011.
    now = datetime(2011, 12, 29, 0, tzinfo=UTC)
    found: Any = times_between("FREQ=DAILY;BYHOUR=9", "Pacific/Apia", now, now + timedelta(days=3))

    assert [f"{at:%d %H:%M}" for at in found] == ["29 19:00", "30 10:00", "30 19:00", "31 19:00"]


def test_midsummer_is_at_nine_whatever_the_zone() -> None:
    now = datetime(2027, 6, 1, tzinfo=UTC)

    assert following("FREQ=DAILY;BYHOUR=9", "America/New_York", now) == datetime(2027, 6, 1, 13, tzinfo=UTC)
    assert following("FREQ=DAILY;BYHOUR=9", "Asia/Kathmandu", now) == datetime(2027, 6, 1, 3, 15, tzinfo=UTC)


ZONES = st.sampled_from(
    ["Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia", "Africa/Casablanca"]
)
# 2011 to 2027, in minutes.
MOMENTS = st.integers(21_564_000, 29_980_000).map(lambda minutes: datetime.fromtimestamp(minutes * 60, UTC))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["FREQ=HOURLY;BYMINUTE=0,30", "FREQ=DAILY;BYHOUR=2;BYMINUTE=15"]), ZONES, MOMENTS)
def test_the_next_time_is_the_same_wherever_the_search_begins(text: str, zone: str, now: datetime) -> None:
    rule = check_rule(text)
    early = times_between(rule, zone, now - timedelta(days=4), now + timedelta(days=4))

    assert following(rule, zone, now) == next(at for at in early if at > now)
