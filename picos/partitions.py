"""The event table's months. Events are partitioned on their UUIDv7 id, whose first 48 bits are milliseconds."""

from datetime import UTC, datetime

from django.db import connection
from django.utils import timezone

MONTHS_AHEAD = 3


def bound(month: datetime) -> str:
    """The smallest UUIDv7 of a month: its first millisecond, then zeros."""
    milliseconds = f"{int(month.timestamp() * 1000):012x}"
    return f"{milliseconds[:8]}-{milliseconds[8:]}-0000-0000-000000000000"


def following(month: datetime) -> datetime:
    """The first moment of the month after."""
    return datetime(month.year + month.month // 12, month.month % 12 + 1, 1, tzinfo=UTC)


def make_partitions(*, months_ahead: int = MONTHS_AHEAD) -> list[str]:
    """Makes this month's and the coming months' partitions where they lack; returns the names of those made.

    Should this ever not run, events go to the default partition and nothing is lost.
    """
    now = timezone.now()
    month = datetime(now.year, now.month, 1, tzinfo=UTC)
    made = []
    with connection.cursor() as cursor:
        for _ in range(months_ahead + 1):
            name = f"picos_event_{month:%Y_%m}"
            cursor.execute("SELECT to_regclass(%s) IS NULL", [name])
            if cursor.fetchone()[0]:
                cursor.execute(
                    f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF picos_event "
                    f"FOR VALUES FROM ('{bound(month)}') TO ('{bound(following(month))}')"
                )
                made.append(name)
            month = following(month)
    return made
