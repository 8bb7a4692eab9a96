"""The event table's months. Events are partitioned on their UUIDv7 id, whose first 48 bits are milliseconds."""

import logging
from datetime import UTC, datetime

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

logger = logging.getLogger(__name__)

MONTHS_AHEAD = 3


def bound(month: datetime) -> str:
    """The smallest UUIDv7 of a month: its first millisecond, then zeros; before 1970, the smallest of all."""
    milliseconds = f"{max(0, int(month.timestamp() * 1000)):012x}"
    return f"{milliseconds[:8]}-{milliseconds[8:]}-0000-0000-000000000000"


def name_of(month: datetime) -> str:
    """The partition of a month."""
    return f"picos_event_{month:%Y_%m}"


def following(month: datetime) -> datetime:
    """The first moment of the month after."""
    return datetime(month.year + month.month // 12, month.month % 12 + 1, 1, tzinfo=UTC)


def make_partitions(*, months_ahead: int = MONTHS_AHEAD) -> list[str]:
    """Makes this month's and the coming months' partitions where they lack; returns the names of those made.

    Should this not run in time, events go to the default partition, and their month stays there: nothing is lost.
    """
    now = timezone.now()
    month = datetime(now.year, now.month, 1, tzinfo=UTC)
    made = []
    for _ in range(months_ahead + 1):
        name = name_of(month)
        if not _is_there(name) and _make(name, month):
            made.append(name)
        month = following(month)
    return made


def _is_there(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
        return bool(cursor.fetchone()[0])


def _make(name: str, month: datetime) -> bool:
    """False when the default partition has events of that month already, which PostgreSQL will not move."""
    statement = (
        f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF picos_event "
        f"FOR VALUES FROM ('{bound(month)}') TO ('{bound(following(month))}')"
    )
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except IntegrityError:
        logger.warning("events of %s lie in the default partition and stay there", f"{month:%Y-%m}")
        return False
    return True
