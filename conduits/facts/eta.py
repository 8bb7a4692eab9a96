"""When it is back, or done: `Back by about 16:40, in 25 minutes`."""

from datetime import datetime, timedelta
from typing import Any

from conduits.facts import time_of
from parties.errors import RefusedError

NAME = "eta"
EXAMPLE = "2026-11-21T16:40:00Z"
# One copy of a thing is back at one time.
IS_ONE = True
# Clocks differ, and an answer may have been on its way for a while.
LATEST = timedelta(minutes=5)
# Further off it is a slip.
FURTHEST = timedelta(days=366)


def check(value: Any, now: datetime) -> None:
    """A time with its zone, not yet past, within a year."""
    at = time_of(value)
    if at is None:
        message = f"An eta is a time such as {EXAMPLE}."
    elif at < now - LATEST:
        message = "This time is past. Give the one by which it is back."
    elif at > now + FURTHEST:
        message = "This time is more than a year off."
    else:
        return
    raise RefusedError(message, field=f"data.{NAME}")
