"""Recurring times, after RFC 5545 (RRULE): which texts are taken, and which times they mean.

Of the standard's parts there are FREQ from MINUTELY to YEARLY, INTERVAL, WKST, and the BY… parts but BYSECOND and
BYWEEKNO, so that there is at most one time in a minute. Instead of DTSTART, INTERVAL counts from Monday, 1 January
2024, 00:00. Times are searched day by day and no further than ten years: python-dateutil's rrule, with which the tests
compare, looks for a time that never comes until the year 9999, and longer than anybody waits.
"""

import calendar
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

FIRST: Final = date(2024, 1, 1)
# Nothing rarer is taken.
RAREST: Final = 3660
_WEEK: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_FREQUENCIES: Final = ("MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_BY_DAY: Final = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
# Least and greatest number, and whether it may count from the end; in the order in which they are kept.
_NUMBERS: Final = {
    "INTERVAL": (1, 1000, False),
    "BYMONTH": (1, 12, False),
    "BYYEARDAY": (1, 366, True),
    "BYMONTHDAY": (1, 31, True),
    "BYHOUR": (0, 23, False),
    "BYMINUTE": (0, 59, False),
    "BYSETPOS": (1, 366, True),
}


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A rule as it is searched by. None is any."""

    frequency: str
    interval: int
    week_start: int
    months: frozenset[int] | None
    year_days: frozenset[int] | None
    month_days: frozenset[int] | None
    # Ordinal (0: each) and day of the week.
    days: frozenset[tuple[int, int]] | None
    minutes: tuple[int, ...]
    positions: frozenset[int] | None

    def on(self, day: date) -> bool:
        """Whether it is a day of the rule, BYSETPOS apart."""
        if self.frequency not in {"HOURLY", "MINUTELY"} and self._period(day) % self.interval:
            return False
        length = calendar.monthrange(day.year, day.month)[1]
        number, year = day.timetuple().tm_yday, 365 + calendar.isleap(day.year)
        return (
            (self.months is None or day.month in self.months)
            and (self.month_days is None or not self.month_days.isdisjoint({day.day, day.day - length - 1}))
            and (self.year_days is None or not self.year_days.isdisjoint({number, number - year - 1}))
            and (self.days is None or self._on_week_day(day, (day.day, length), (number, year)))
        )

    def on_days(self, since: date, until: date) -> Iterator[date]:
        """Its days from the one to the other."""
        if self.positions is None:
            yield from (day for day in _days(since, until) if self.on(day))
            return
        # Whole periods, so that positions are counted from their beginnings.
        for _, period in groupby(_days(since - timedelta(days=366), until + timedelta(days=366)), key=self._period):
            found = [day for day in period if self.on(day)]
            wanted = {found[at - (at > 0)] for at in self.positions if -len(found) <= at - (at > 0) < len(found)}
            yield from (day for day in sorted(wanted) if since <= day <= until)

    def on_day(self, day: date, least: int) -> Iterator[datetime]:
        """Its times on one of its days, from that minute on."""
        before = (day - FIRST).days * 24
        for minute in self.minutes[bisect_left(self.minutes, least) :]:
            hours = before + minute // 60
            counted = {"HOURLY": hours, "MINUTELY": hours * 60 + minute % 60}.get(self.frequency, 0)
            if counted % self.interval == 0:
                yield datetime.combine(day, time(minute // 60, minute % 60))

    def _period(self, day: date) -> int:
        since = (day - FIRST).days
        return {
            "YEARLY": day.year - FIRST.year,
            "MONTHLY": (day.year - FIRST.year) * 12 + day.month - FIRST.month,
            "WEEKLY": (since + (7 - self.week_start) % 7) // 7,
        }.get(self.frequency, since)

    def _on_week_day(self, day: date, in_month: tuple[int, int], in_year: tuple[int, int]) -> bool:
        number, length = in_month if self.frequency == "MONTHLY" or self.months else in_year
        ordinals = (0, (number + 6) // 7, -((length - number) // 7 + 1))
        return any((ordinal, day.weekday()) in (self.days or ()) for ordinal in ordinals)


def check_rule(text: str) -> str:
    """The rule in its one spelling. Raises ValueError that says what is wrong."""
    parts: dict[str, str] = {}
    for part in text.upper().removeprefix("RRULE:").split(";"):
        name, equals, value = part.partition("=")
        if not equals or name in parts:
            raise ValueError(f"{part[:50]!r} is no part of a recurrence rule, or is there twice")
        if name not in {"FREQ", "BYDAY", "WKST", *_NUMBERS}:
            raise ValueError(f"{name[:50]!r} cannot be used; there are FREQ, BYDAY, WKST, {', '.join(_NUMBERS)}")
        parts[name] = _spelt(name, value)
    if "FREQ" not in parts:
        raise ValueError("FREQ is missing, such as FREQ=DAILY")
    _check_combination(parts)
    spelt = ";".join(f"{name}={parts[name]}" for name in ("FREQ", *_NUMBERS, "BYDAY", "WKST") if name in parts)
    if not any(True for _ in _on_the_wall(read_rule(spelt), datetime.combine(FIRST, time()))):
        raise ValueError("this never comes, or not within ten years")
    return spelt


def _check_combination(parts: dict[str, str]) -> None:
    by_month_or_year = parts["FREQ"] in {"MONTHLY", "YEARLY"}
    if not by_month_or_year and re.search("[0-9]", parts.get("BYDAY", "")):
        raise ValueError("BYDAY counts days, such as 1MO, in a month or a year only")
    if parts["FREQ"] == "MONTHLY" and "BYYEARDAY" in parts:
        raise ValueError("BYYEARDAY does not go with FREQ=MONTHLY")
    several = "," in parts.get("BYHOUR", "") + parts.get("BYMINUTE", "")
    if "BYSETPOS" in parts and (not by_month_or_year or several):
        raise ValueError("BYSETPOS chooses among days: with FREQ=MONTHLY or YEARLY, and one time of day")


def _spelt(name: str, value: str) -> str:
    items = value.split(",")
    if name in {"FREQ", "WKST"}:
        choices = _FREQUENCIES if name == "FREQ" else _WEEK
        if value not in choices:
            raise ValueError(f"{name} is one of {', '.join(choices)}")
        return value
    if name == "BYDAY":
        return ",".join(sorted({_spelt_day(item) for item in items}, key=lambda day: (_WEEK.index(day[-2:]), day)))
    if name == "INTERVAL" and len(items) > 1:
        raise ValueError("INTERVAL is one number")
    return ",".join(map(str, sorted({_number(name, item) for item in items})))


def _number(name: str, item: str) -> int:
    least, greatest, backwards = _NUMBERS[name]
    number = int(item) if re.fullmatch(r"[+-]?[0-9]{1,4}", item) else greatest + 1
    if not (least <= number <= greatest or (backwards and least <= -number <= greatest)):
        raise ValueError(f"{name} has numbers from {least} to {greatest}{', or counts from the end' * backwards}")
    return number


def _spelt_day(item: str) -> str:
    found = _BY_DAY.fullmatch(item)
    if not found or (found[1] and not 1 <= abs(int(found[1])) <= 53):  # noqa: PLR2004 (weeks of a year)
        raise ValueError(f"BYDAY has days such as MO, or 1MO and -1MO, not {item[:50]!r}")
    return f"{int(found[1])}{found[2]}" if found[1] else found[2]


@lru_cache(maxsize=1024)
def read_rule(spelt: str) -> Recurrence:
    """What a rule in its one spelling means. What it leaves out is as on FIRST, at 00:00."""
    parts = dict(part.split("=") for part in spelt.split(";"))
    numbers = {name: frozenset(map(int, parts[name].split(","))) for name in _NUMBERS if name in parts}
    frequency = parts["FREQ"]
    days = (
        frozenset((int(day[:-2] or 0), _WEEK.index(day[-2:])) for day in parts["BYDAY"].split(","))
        if "BYDAY" in parts
        else None
    )
    if days is None and not numbers.keys() & {"BYYEARDAY", "BYMONTHDAY"}:
        if frequency in {"MONTHLY", "YEARLY"}:
            numbers["BYMONTHDAY"] = frozenset({1})
        if frequency == "YEARLY":
            numbers.setdefault("BYMONTH", frozenset({1}))
        if frequency == "WEEKLY":
            days = frozenset({(0, 0)})
    hours = numbers.get("BYHOUR", range(24) if frequency in {"HOURLY", "MINUTELY"} else {0})
    minutes = numbers.get("BYMINUTE", range(60) if frequency == "MINUTELY" else {0})
    return Recurrence(
        frequency=frequency,
        interval=int(parts.get("INTERVAL", 1)),
        week_start=_WEEK.index(parts.get("WKST", "MO")),
        months=numbers.get("BYMONTH"),
        year_days=numbers.get("BYYEARDAY"),
        month_days=numbers.get("BYMONTHDAY"),
        days=days,
        minutes=tuple(sorted(hour * 60 + minute for hour in hours for minute in minutes)),
        positions=numbers.get("BYSETPOS"),
    )


@cache
def zones() -> frozenset[str]:
    """The names of all time zones, of the IANA database."""
    return frozenset(available_timezones())


def following(spelt: str, zone: str, after: datetime) -> datetime | None:
    """The first time later than that; None if none comes within ten years."""
    return next(times_between(spelt, zone, after, after + timedelta(days=RAREST)), None)


def times_between(spelt: str, zone: str, after: datetime, until: datetime) -> Iterator[datetime]:
    """The times after the one and up to the other, in UTC, in order.

    Where clocks go forward, all times that are left out are one, just after the gap. Where they go back, a time that
    comes twice is taken the first time.
    """
    place, latest = ZoneInfo(zone), after
    # Whatever is earlier on the wall is earlier, or it is in a gap that was over.
    for wall in _on_the_wall(read_rule(spelt), after.astimezone(place).replace(tzinfo=None, second=0, microsecond=0)):
        at = _instant(wall, place)
        if at > until:
            return
        if at > latest:
            latest = at
            yield at


def _on_the_wall(rule: Recurrence, since: datetime) -> Iterator[datetime]:
    for day in rule.on_days(since.date(), since.date() + timedelta(days=RAREST)):
        yield from rule.on_day(day, since.hour * 60 + since.minute if day == since.date() else 0)


def _days(since: date, until: date) -> Iterator[date]:
    return (since + timedelta(days=number) for number in range((until - since).days + 1))


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
