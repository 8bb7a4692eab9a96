"""When a message that failed is tried again: the schedule of Standard Webhooks 1.0.0, with jitter and Retry-After."""

import random
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from conduits.delivery.http import Answer

# After which wait each further attempt follows; the last is in the fourth day.
RETRY_AFTER: Final = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1800, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
JITTER: Final = 0.1
LONGEST_RETRY_AFTER: Final = timedelta(hours=24)
# Too many requests, or none now: the statuses whose Retry-After is about the whole endpoint.
BUSY: Final = frozenset({429, 503})


def next_try(*, used: int, answer: Answer, now: datetime) -> datetime | None:
    """When to try again after `used` attempts of the schedule; None when that was the last."""
    if used > len(RETRY_AFTER):
        return None
    wait = RETRY_AFTER[max(used, 1) - 1] * (1 + JITTER * random.random())  # noqa: S311 (spreads retries, guards nothing)
    return now + max(wait, asked_to_wait(answer, now))


def asked_to_wait(answer: Answer, now: datetime) -> timedelta:
    """Retry-After in seconds or as a date (RFC 9110 section 10.2.3): a day at most, nothing for what is neither."""
    asked = answer.headers.get("retry-after", "")
    if asked.isascii() and asked.isdigit():
        return min(timedelta(seconds=int(asked[:9])), LONGEST_RETRY_AFTER) if len(asked) <= 9 else timedelta()  # noqa: PLR2004
    try:
        wait = parsedate_to_datetime(asked) - now
    except (ValueError, TypeError, OverflowError):
        return timedelta()
    return min(max(wait, timedelta()), LONGEST_RETRY_AFTER)
