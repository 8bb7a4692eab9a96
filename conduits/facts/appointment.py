"""When somebody comes: `Appointment on Tuesday 24 November, 09:00 to 12:00`."""

from datetime import datetime, timedelta
from typing import Any

from conduits.facts import time_of
from parties.errors import RefusedError

NAME = "appointment"
EXAMPLE = {"from": "2026-11-24T09:00:00Z", "until": "2026-11-24T12:00:00Z"}
# Two people may come on two days.
IS_ONE = False
LONGEST = timedelta(hours=24)
FURTHEST = timedelta(days=366)


def check(value: Any, now: datetime) -> None:
    """From when until when, not yet over, within a year."""
    if not isinstance(value, dict) or set(value) != {"from", "until"}:
        _refuse("", 'An appointment is {"from": time, "until": time}.')
    begins, ends = time_of(value["from"]), time_of(value["until"])
    if begins is None or begins > now + FURTHEST:
        _refuse(".from", f"This is a time within a year, such as {EXAMPLE['from']}.")
    elif ends is None or not begins < ends <= begins + LONGEST:
        _refuse(".until", "This is a time after “from”, within 24 hours of it.")
    elif ends < now:
        _refuse(".until", "This appointment is over.")


def _refuse(place: str, message: str) -> None:
    raise RefusedError(message, field=f"data.{NAME}{place}")
