"""Throttles: fixed windows counted in PostgreSQL, so that they hold over all processes and machines."""

from datetime import timedelta
from typing import Any

from django.db import connection

# One upsert: a new window starts when the old one has ended.
_COUNT = """
INSERT INTO api_tally AS tally (name, count, ends_at) VALUES (%(name)s, %(times)s, now() + %(window)s)
ON CONFLICT (name) DO UPDATE SET
    count = CASE WHEN tally.ends_at <= now() THEN 0 ELSE tally.count END + excluded.count,
    ends_at = CASE WHEN tally.ends_at <= now() THEN excluded.ends_at ELSE tally.ends_at END
RETURNING count, ceil(extract(epoch FROM ends_at - now()))
"""


def seconds_to_wait(name: str, *, most: int, window: timedelta) -> int:
    """Counts one use of `name`; 0 when it is within `most` per `window`, else the seconds until the window ends."""
    count, left = _count(name, 1, window)
    return 0 if count <= most else max(1, left)


def count_uses(name: str, *, times: int, window: timedelta) -> int:
    """Counts so many uses of `name`, and returns how many there are in its window by now."""
    return _count(name, times, window)[0]


def is_used_up(name: str, *, most: int) -> bool:
    """Whether the window of `name` is used up, without counting."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count >= %s FROM api_tally WHERE name = %s AND ends_at > now()", [most, name[:120]])
        row = cursor.fetchone()
    return bool(row and row[0])


def _count(name: str, times: int, window: timedelta) -> tuple[int, int]:
    """The uses in the window, and the seconds until it ends."""
    values: dict[str, Any] = {"name": name[:120], "times": times, "window": window}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values)
        count, left = cursor.fetchone()
    return int(count), int(left)
