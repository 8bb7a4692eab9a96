"""When something may reach a person: their quiet hours and digests, by the clock on their wall. Pure.

A clock that is set back shows some times twice, and both count; one that is set ahead leaves some out, and what was to
end or to be sent at such a time is when the clock has passed it.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

_MINUTE: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)
_WEEK: Final = 7


@cache
def zones() -> tuple[str, ...]:
    """The names of all IANA zones that this machine knows, sorted."""
    return tuple(sorted(available_timezones()))


def zone_named(name: str) -> ZoneInfo:
    """An IANA zone. Raises ValueError for a name that is none."""
    if name not in zones():
        raise ValueError("There is no such time zone.")
    return ZoneInfo(name)


def zone_or_utc(name: str) -> ZoneInfo:
    """The same of a name that was checked on another machine, or long ago."""
    return ZoneInfo(name if name in zones() else "UTC")


def day_of(at: datetime, zone: ZoneInfo) -> date:
    """The day that it is there."""
    return at.astimezone(zone).date()


def is_quiet(at: datetime, *, begin: time | None, end: time | None, zone: ZoneInfo) -> bool:
    """Whether quiet hours from `begin` (itself included) to `end` (itself not) hold; none do when both are the same."""
    if begin is None or end is None:
        return False
    clock = at.astimezone(zone).time()
    return begin <= clock < end if begin <= end else clock >= begin or clock < end


def quiet_ends(at: datetime, *, begin: time, end: time, zone: ZoneInfo) -> datetime:
    """When the quiet hours that hold at that moment end."""
    today = day_of(at, zone)
    ends = (moment for day in (today, today + _DAY) for moment in _moments(day, end, zone))
    found = min(one for one in ends if one > at and not is_quiet(one, begin=begin, end=end, zone=zone))
    # An end that the clock leaves out lies behind the gap's own end.
    while found - _MINUTE > at and not is_quiet(found - _MINUTE, begin=begin, end=end, zone=zone):
        found -= _MINUTE
    return found


def next_digest(at: datetime, *, hour: int, weekday: int | None, zone: ZoneInfo) -> datetime:
    """The next time after that moment that a digest is sent: each day, or each week on that day (Monday is 0)."""
    today = day_of(at, zone)
    days = (today + _DAY * ahead for ahead in range(_WEEK + 2))
    wanted = (day for day in days if weekday is None or day.weekday() == weekday)
    return next(moment for day in wanted if (moment := _moment(day, time(hour), zone)) > at)


def tomorrow(at: datetime, *, hour: int, zone: ZoneInfo) -> datetime:
    """That hour of the next day there."""
    return _moment(day_of(at, zone) + _DAY, time(hour), zone)


def _moments(day: date, clock: time, zone: ZoneInfo) -> Iterator[datetime]:
    """When the clock shows it on that day; in a gap, when it would have on either side."""
    for fold in (0, 1):
        yield datetime.combine(day, clock.replace(fold=fold), zone).astimezone(UTC)


def _moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)
