"""Throttles: fixed windows counted in PostgreSQL, so that they hold over all processes and machines."""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils.crypto import salted_hmac

# One upsert: a new window starts when the old one has ended.
_COUNT = """
INSERT INTO api_tally AS tally (name, count, ends_at) VALUES (%(name)s, 1, now() + %(window)s)
ON CONFLICT (name) DO UPDATE SET
    count = CASE WHEN tally.ends_at <= now() THEN 1 ELSE tally.count + 1 END,
    ends_at = CASE WHEN tally.ends_at <= now() THEN excluded.ends_at ELSE tally.ends_at END
RETURNING count, ceil(extract(epoch FROM ends_at - now()))
"""
_LEFT = """
SELECT ceil(extract(epoch FROM ends_at - now())) FROM api_tally WHERE name = %s AND count > %s AND ends_at > now()
"""


def seconds_to_wait(name: str, *, most: int, window: timedelta) -> int:
    """Counts one use of `name`; 0 when it is within `most` per `window`, else the seconds until the window ends."""
    values: dict[str, Any] = {"name": name[:120], "window": window}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values)
        count, left = cursor.fetchone()
    return 0 if count <= most else max(1, int(left))


def seconds_left(name: str, *, most: int) -> int:
    """The same without counting: 0 while `name` was used no more than `most` times, else until its window ends."""
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, [name[:120], most])
        row = cursor.fetchone()
    return max(1, int(row[0])) if row else 0


def unreadable_key(key: str, prefix: str, version: int) -> str:
    """A cache key that tells nobody whose address it counts; see CACHES."""
    return salted_hmac("api.throttling", f"{prefix}:{version}:{key}", algorithm="sha256").hexdigest()
