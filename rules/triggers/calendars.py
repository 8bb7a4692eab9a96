"""Recurring times, after RFC 5545 (RRULE): which texts are taken, and when the next one comes.

Of the standard's parts there are FREQ from MINUTELY to YEARLY, INTERVAL, WKST and the BY… parts but BYSECOND, so that
there is at most one time in a minute. Instead of DTSTART, INTERVAL counts from Monday, 1 January 2024, 00:00.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from dateutil import rrule

FIRST: Final = datetime(2024, 1, 1)  # noqa: DTZ001 (as clocks on the wall show it)
# Nothing rarer is taken; so no search is longer.
RAREST: Final = timedelta(days=3660)
_MARGIN: Final = timedelta(days=2)
_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_LENGTHS: Final = {
    "MINUTELY": timedelta(minutes=1),
    "HOURLY": timedelta(hours=1),
    "DAILY": timedelta(days=1),
    "WEEKLY": timedelta(weeks=1),
}
_MONTHS: Final = {"MONTHLY": 1, "YEARLY": 12}
# In the order in which a rule is kept. Least and greatest number; whether it may count from the end.
_NUMBERS: Final = {
    "INTERVAL": (1, 1000, False),
    "BYMONTH": (1, 12, False),
    "BYWEEKNO": (1, 53, True),
    "BYYEARDAY": (1, 366, True),
    "BYMONTHDAY": (1, 31, True),
    "BYDAY": None,
    "BYHOUR": (0, 23, False),
    "BYMINUTE": (0, 59, False),
    "BYSETPOS": (1, 366, True),
    "WKST": None,
}
_DAY: Final = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
Parts = dict[str, str]


def check_rule(text: str) -> str:
    """The rule in its one spelling. Raises ValueError that says what is wrong."""
    given: Parts = {}
    for part in text.upper().removeprefix("RRULE:").split(";"):
        name, equals, value = part.partition("=")
        if not equals or name in given:
            raise ValueError(f"{part[:50]!r} is no part of a recurrence rule, or is there twice")
        given[name] = value
    kept = {"FREQ": given.pop("FREQ", "")}
    if kept["FREQ"] not in {*_LENGTHS, *_MONTHS}:
        raise ValueError(f"FREQ is one of {', '.join([*_LENGTHS, *_MONTHS])}")
    if unknown := sorted(given.keys() - _NUMBERS.keys()):
        raise ValueError(f"{unknown[0][:50]!r} cannot be used here; there are FREQ, {', '.join(_NUMBERS)}")
    kept |= {name: _checked(name, given[name]) for name in _NUMBERS if name in given}
    spelt = ";".join(f"{name}={value}" for name, value in kept.items())
    try:
        comes = next(_on_the_wall(spelt, FIRST), None)
    except ValueError as error:
        raise ValueError("this never comes") from error
    if comes is None:
        raise ValueError("this does not come within ten years")
    return spelt


def _checked(name: str, value: str) -> str:
    items = value.split(",")
    if name in {"INTERVAL", "WKST"} and len(items) > 1:
        raise ValueError(f"{name} is one value")
    if name == "WKST":
        if value not in _DAYS:
            raise ValueError(f"WKST is one of {', '.join(_DAYS)}")
        return value
    if name == "BYDAY":
        return ",".join(sorted({_day(item) for item in items}, key=lambda day: (_DAYS.index(day[-2:]), day)))
    return ",".join(map(str, sorted({_number(name, item) for item in items})))


def _number(name: str, item: str) -> int:
    least, greatest, backwards = _NUMBERS[name] or (0, 0, False)
    number = int(item) if re.fullmatch(r"[+-]?[0-9]{1,4}", item) else greatest + 1
    if not (least <= number <= greatest or (backwards and least <= -number <= greatest)):
        raise ValueError(f"{name} has numbers from {least} to {greatest}{', or counts from the end' * backwards}")
    return number


def _day(item: str) -> str:
    found = _DAY.fullmatch(item)
    if not found or (found[1] and not 1 <= abs(int(found[1])) <= 53):  # noqa: PLR2004 (weeks of a year)
        raise ValueError(f"BYDAY has days such as MO, or 1MO and -1MO, not {item[:50]!r}")
    return f"{int(found[1])}{found[2]}" if found[1] else found[2]


@cache
def zones() -> frozenset[str]:
    """The names of all time zones, of the IANA database."""
    return frozenset(available_timezones())


def following(spelt: str, zone: str, after: datetime) -> datetime | None:
    """The first time later than that; None if none comes within ten years."""
    return next(times_between(spelt, zone, after, after + RAREST), None)


def times_between(spelt: str, zone: str, after: datetime, until: datetime) -> Iterator[datetime]:
    """The times after the one and up to the other, in UTC, in order.

    Where clocks go forward, all times that are left out are one, just after the gap. Where they go back, a time that
    comes twice is taken the first time.
    """
    place, latest = ZoneInfo(zone), after
    for wall in _on_the_wall(spelt, after.astimezone(place).replace(tzinfo=None)):
        at = _instant(wall, place)
        if at > until:
            return
        if at > latest:
            latest = at
            yield at


def _on_the_wall(spelt: str, around: datetime) -> Iterator[datetime]:
    """Times as clocks show them, from two days before that time on, for ten years."""
    parts = dict(part.split("=") for part in spelt.split(";"))
    begin = _begin(parts["FREQ"], int(parts.get("INTERVAL", 1)), around - _MARGIN)
    last = around + RAREST
    yield from rrule.rrulestr(f"{spelt};BYSECOND=0;UNTIL={last:%Y%m%dT%H%M%S}", dtstart=begin)


def _begin(frequency: str, interval: int, before: datetime) -> datetime:
    """The last of the moments from which INTERVAL can count that is not later than that."""
    if length := _LENGTHS.get(frequency):
        return FIRST + (before - FIRST) // (length * interval) * length * interval
    step = _MONTHS[frequency] * interval
    months = ((before.year - FIRST.year) * 12 + before.month - 1) // step * step
    return FIRST.replace(year=FIRST.year + months // 12, month=months % 12 + 1)


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    early = wall.replace(tzinfo=zone).astimezone(UTC)
    if early.astimezone(zone).replace(tzinfo=None) == wall:
        return early
    # In a gap: the one reading of it is after the change of clocks, the other before.
    low, high = wall.replace(tzinfo=zone, fold=1).astimezone(UTC), early
    offset = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == offset else (low, middle)
    return high.replace(microsecond=0)
