"""Quiet hours and digests by the clock on the wall: over midnight, and on the days when clocks are set."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conduits.reaching.hours import is_quiet, next_digest, quiet_ends, tomorrow, zone_named

BERLIN, NEW_YORK, LORD_HOWE = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")
NIGHT: dict[str, Any] = {"begin": time(22), "end": time(7)}

moments = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
somewhere = st.sampled_from([BERLIN, NEW_YORK, LORD_HOWE, ZoneInfo("UTC"), ZoneInfo("Asia/Kathmandu")])


def local(*parts: int, zone: ZoneInfo = BERLIN, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=zone, fold=fold).astimezone(UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("clock", "quiet"), [((21, 59), False), ((22, 0), True), ((0, 0), True), ((6, 59), True), ((7, 0), False)]
)
def test_a_night_goes_over_midnight(clock: tuple[int, int], quiet: bool) -> None:
    assert is_quiet(local(2026, 11, 21, *clock), zone=BERLIN, **NIGHT) is quiet


def test_an_afternoon_s_rest_does_not() -> None:
    rest: dict[str, Any] = {"begin": time(13), "end": time(15), "zone": BERLIN}
    assert [is_quiet(local(2026, 11, 21, hour), **rest) for hour in (12, 13, 14, 15)] == [False, True, True, False]


def test_without_hours_and_with_empty_ones_it_is_never_quiet() -> None:
    assert not is_quiet(local(2026, 11, 21, 3), begin=None, end=None, zone=BERLIN)
    assert not is_quiet(local(2026, 11, 21, 3), begin=time(3), end=time(3), zone=BERLIN)


def test_they_end_on_the_same_day_or_the_next() -> None:
    assert quiet_ends(local(2026, 11, 21, 23), zone=BERLIN, **NIGHT) == local(2026, 11, 22, 7)
    assert quiet_ends(local(2026, 11, 22, 1), zone=BERLIN, **NIGHT) == local(2026, 11, 22, 7)


def test_a_short_night_and_a_long_one_end_at_seven() -> None:
    """Clocks are set ahead on 29 March 2026, and back on 25 October."""
    for day, hours in ((29, 8), (30, 9)):
        begin = local(2026, 3, day - 1, 22)
        assert quiet_ends(begin, zone=BERLIN, **NIGHT) - begin == timedelta(hours=hours)
    begin = local(2026, 10, 24, 22)
    assert quiet_ends(begin, zone=BERLIN, **NIGHT) - begin == timedelta(hours=10)


def test_an_end_that_the_clock_leaves_out_is_when_it_has_passed_it() -> None:
    begin, end = time(22), time(2, 30)
    ends = quiet_ends(local(2026, 3, 28, 23), begin=begin, end=end, zone=BERLIN)
    assert ends == local(2026, 3, 29, 3) == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_an_end_that_comes_twice_ends_it_twice() -> None:
    end: dict[str, Any] = {"begin": time(22), "end": time(2, 30), "zone": BERLIN}
    assert quiet_ends(local(2026, 10, 25, 1), **end) == local(2026, 10, 25, 2, 30)
    assert quiet_ends(local(2026, 10, 25, 2, 10, fold=1), **end) == local(2026, 10, 25, 2, 30, fold=1)


@given(at=moments, begin=clocks, end=clocks, zone=somewhere)
def test_when_quiet_hours_end_it_is_no_longer_quiet_and_was_until_then(
    at: datetime, begin: time, end: time, zone: ZoneInfo
) -> None:
    if not is_quiet(at, begin=begin, end=end, zone=zone):
        return
    ends = quiet_ends(at, begin=begin, end=end, zone=zone)
    assert at < ends <= at + timedelta(hours=26)
    assert not is_quiet(ends, begin=begin, end=end, zone=zone)
    assert is_quiet(max(at, ends - timedelta(seconds=61)), begin=begin, end=end, zone=zone)


def test_a_digest_comes_each_day_or_each_week() -> None:
    saturday = local(2026, 11, 21, 9)
    assert next_digest(saturday, hour=8, weekday=None, zone=BERLIN) == local(2026, 11, 22, 8)
    assert next_digest(saturday, hour=10, weekday=None, zone=BERLIN) == local(2026, 11, 21, 10)
    assert next_digest(saturday, hour=8, weekday=0, zone=BERLIN) == local(2026, 11, 23, 8)
    assert next_digest(saturday, hour=8, weekday=5, zone=BERLIN) == local(2026, 11, 28, 8)
    assert next_digest(local(2026, 11, 21, 8), hour=8, weekday=5, zone=BERLIN) == local(2026, 11, 28, 8)


@given(at=moments, hour=st.integers(0, 23), zone=somewhere)
def test_a_daily_digest_comes_once_a_day(at: datetime, hour: int, zone: ZoneInfo) -> None:
    days = []
    for _ in range(5):
        at = next_digest(at, hour=hour, weekday=None, zone=zone)
        days.append(at.astimezone(zone).date())
    assert [(later - days[0]).days for later in days] == [0, 1, 2, 3, 4]


def test_tomorrow_is_the_next_day_there() -> None:
    assert tomorrow(local(2026, 11, 21, 0, 30), hour=8, zone=BERLIN) == local(2026, 11, 22, 8)
    assert tomorrow(local(2026, 11, 21, 23, 30, zone=NEW_YORK), hour=8, zone=NEW_YORK) == local(
        2026, 11, 22, 8, zone=NEW_YORK
    )


@pytest.mark.parametrize("name", ["", "Berlin", "../../etc/passwd", "Europe", "europe/berlin", "UTC\0"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"There is no such time zone\."):
        zone_named(name)
