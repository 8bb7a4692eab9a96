"""What the call centre says to a customer who has just scanned a modem."""

import functools
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from demo.callcentre.records import Modem, Outage

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def about_outage(outage: Outage) -> str:
    """Where and why. Until when is said beside it, as a time that the page shows in its reader's own zone."""
    return f"There is an outage in {outage.street}: {outage.cause}. We are on it."


def about_no_outage(modem: Modem, *, now: datetime) -> str:
    """What we see from here, and what to try."""
    return (
        f"No outage in {modem.street}. Your modem last reported to us {_ago(now - modem.last_seen)}. "
        "If it does not work, unplug it for ten seconds; if that does not help, write to us here."
    )


def clock(at: datetime) -> str:
    """The time of day where the streets are: on this machine."""
    return f"{at.astimezone(_zone()):%H:%M}"


@functools.cache
def _zone() -> tzinfo:
    """The machine's own time zone: the process's has been set to UTC by the program that started it."""
    try:
        with Path("/etc/localtime").open("rb") as file:
            return ZoneInfo.from_file(file)
    except (OSError, ValueError):
        return UTC


def _ago(time: timedelta) -> str:
    for unit, name in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        if (number := time // unit) > 0:
            return f"{number} {name}{'s' if number > 1 else ''} ago"
    return "less than a minute ago"
