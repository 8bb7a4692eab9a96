"""A schedule."""

from datetime import timedelta
from typing import Annotated, Final

from pydantic import AfterValidator, StringConstraints

from rules.triggers.automaton import MICROSECOND, Kept, Moment, moment_of, time_of
from rules.triggers.automaton import Machine as Machine_
from rules.triggers.calendars import check_rule, following, times_between, zones
from rules.triggers.patterns import Outermost, Pattern, Say

NAME: Final = "every"
# Of those that passed while nobody looked, the newest so many come late; at most one a minute is due.
MOST_LATE: Final = 100


def _known(zone: str) -> str:
    if zone not in zones():
        raise ValueError('there is no such time zone; they are called like "Europe/Berlin"')
    return zone


class Schedule(Outermost):
    """At each time of a recurrence rule after RFC 5545 (rules/triggers/calendars.py), on that zone's clocks."""

    every: Annotated[str, StringConstraints(max_length=200), AfterValidator(check_rule)]
    zone: Annotated[str, StringConstraints(max_length=64), AfterValidator(_known)]


Settings = Schedule


def parts(settings: Schedule) -> list[Pattern]:
    """None: no event feeds it."""
    del settings
    return []


def sentence(settings: Schedule, say: Say, thing: str) -> str:
    """Completes "IF …"."""
    del say, thing
    return f"{_in_words(settings.every)} in {settings.zone}"


class Machine(Machine_):
    """Keeps when it is due next."""

    def begin(self, at: int) -> Kept:
        """The first one after now."""
        return self._following(at)

    def step(self, kept: Kept, moment: Moment) -> tuple[Kept, int | None]:
        """Complete when it is due; events are nothing to it."""
        if kept is None or moment.at < kept:
            return kept, None
        return self._following(kept), kept

    def again(self, kept: Kept, at: int) -> Kept:
        """It goes on."""
        del at
        return kept

    def due(self, kept: Kept) -> int | None:
        """The next one."""
        return int(kept) if kept else None

    def skip(self, kept: Kept, until: int) -> Kept:
        """All that are late but the newest."""
        span = timedelta(minutes=MOST_LATE)
        if kept is None or until - kept <= span // MICROSECOND:
            return kept
        while True:
            since = max(until - span // MICROSECOND, kept - 1)
            late = list(times_between(self.settings.every, self.settings.zone, time_of(since), time_of(until)))
            if since < kept or len(late) >= MOST_LATE:
                return moment_of(late[-MOST_LATE:][0])
            span *= 8

    def _following(self, at: int) -> int | None:
        found = following(self.settings.every, self.settings.zone, time_of(at))
        return moment_of(found) if found else None


_DAYS: Final = {
    "MO": "Monday",
    "TU": "Tuesday",
    "WE": "Wednesday",
    "TH": "Thursday",
    "FR": "Friday",
    "SA": "Saturday",
    "SU": "Sunday",
}


def _in_words(spelt: str) -> str:
    """As people say the common ones; any other as it is written."""
    parts = dict(part.split("=") for part in spelt.split(";"))
    frequency, hour, minute = (parts.pop(name, "") for name in ("FREQ", "BYHOUR", "BYMINUTE"))
    days, dates = parts.pop("BYDAY", "").split(","), parts.pop("BYMONTHDAY", "")
    if not parts and hour.isdecimal() and minute.isdecimal():
        clock = f"it is {hour:0>2}:{minute:0>2}"
        if frequency == "DAILY" and days == [""] and not dates:
            return clock
        if frequency == "WEEKLY" and set(days) <= _DAYS.keys() and not dates:
            return f"{clock} on {' and '.join(_DAYS[day] for day in days)}"
        if frequency == "MONTHLY" and days == [""] and dates.isdecimal():
            return f"{clock} on day {dates} of the month"
    return f"the calendar says {spelt}"
