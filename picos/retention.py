"""Forgetting events: for good, and only where a company or the server's law asks for it. By default all are kept."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from parties.errors import RefusedError, StateForbidsError
from parties.models import Company
from picos.partitions import bound, following, name_of

logger = logging.getLogger(__name__)

# Months that a company can keep for.
SHORTEST, LONGEST = 1, 600
# Events deleted in one transaction.
AT_ONCE = 10_000
# Events whose month's partition was not there in time.
_NO_MONTH = "picos_event_default"
_MONTH = re.compile(r"picos_event_(\d{4})_(\d{2})")

# What the owner of a thing did, or was told, is theirs too, and is not a company's to forget.
# Nor are a company's own matters, which are about no copy. In the order of the key, from where the last one ended.
_FORGET_UNOWNED = """
DELETE FROM {partition} WHERE id = ANY(ARRAY(
    SELECT event.id FROM {partition} AS event
    WHERE event.id > %s AND event.id < %s AND event.company_id = %s AND event.owner_id IS NULL
      AND event.pico_id IS NOT NULL AND NOT EXISTS (SELECT FROM picos_pending WHERE event_id = event.id)
    ORDER BY event.id LIMIT %s
)) RETURNING id
"""
_SMALLEST = UUID(int=0)


def keep_for(company: Company, months: int | None) -> None:
    """Events of copies that nobody owned go after so many full months; None keeps them. Raises RefusedError."""
    if months is not None and not SHORTEST <= months <= LONGEST:
        message = f"It takes {SHORTEST} to {LONGEST} months, or nothing to keep them."
        raise RefusedError(message, field="keep_months")
    Company.objects.filter(pk=company.pk).update(keep_months=months)
    company.keep_months = months


def forget_old_events() -> None:
    """Drops the months that the server may not keep, then what companies no longer keep. Safe to break off anywhere.

    What fails, be it a month or a company, is tried again the next time, and stops no other.
    """
    if settings.PICO_KEEP_MONTHS:
        oldest = _months_ago(settings.PICO_KEEP_MONTHS)
        for name in [name for name, month in _months() if month < oldest]:
            with _stopping_no_other(f"{name} cannot be dropped now"):
                _drop(name)
    months = sorted(_months())
    for company in Company.objects.exclude(keep_months=None):
        oldest = _months_ago(company.keep_months or LONGEST)
        for name in [*(name for name, month in months if month < oldest), _NO_MONTH]:
            with _stopping_no_other(f"{name}: events of company {company.pk} cannot be forgotten now"):
                _forget_all(name, bound(oldest), company)


def detach_month(month: datetime) -> str:
    """Takes a month that is over out of the event table, as a table of its own to be archived; returns its name.

    Raises StateForbidsError for a month that goes on, is not there, or has events that no rule has seen.
    """
    name = name_of(month)
    if following(month) > timezone.now():
        message = f"{month:%Y-%m} is not over."
        raise StateForbidsError(message)
    if name not in dict(_months()):
        message = f"There is no partition of {month:%Y-%m}."
        raise StateForbidsError(message)
    with transaction.atomic(), connection.cursor() as cursor:
        # Scans go on meanwhile; they wait for this lock no longer than it takes to say no.
        cursor.execute("SET LOCAL lock_timeout = '2s'")
        cursor.execute(f"SELECT EXISTS (SELECT FROM picos_pending JOIN {name} AS event ON event.id = event_id)")  # noqa: S608
        if cursor.fetchone()[0]:
            message = f"Some events of {month:%Y-%m} still wait for the rules."
            raise StateForbidsError(message)
        cursor.execute(f"ALTER TABLE picos_event DETACH PARTITION {name}")
    return name


def _drop(name: str) -> None:
    """With the events that no rule has seen: the law does not wait for them."""
    logger.info("%s is older than PICO_KEEP_MONTHS and is dropped", name)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '2s'")
        cursor.execute(f"DELETE FROM picos_pending USING {name} AS event WHERE event.id = event_id")  # noqa: S608
        cursor.execute(f"DROP TABLE {name}")


def _forget_all(partition: str, before: str, company: Company) -> None:
    after = _SMALLEST
    while gone := _forget(partition, after, before, company):
        after = max(gone)


@transaction.atomic
def _forget(partition: str, after: UUID, before: str, company: Company) -> list[UUID]:
    with connection.cursor() as cursor:
        # The one way past the table's trigger.
        cursor.execute("SET LOCAL pico.erasing = 'on'")
        cursor.execute(_FORGET_UNOWNED.format(partition=partition), [after, before, company.pk, AT_ONCE])
        return [id_ for (id_,) in cursor.fetchall()]


@contextmanager
def _stopping_no_other(failed: str) -> Iterator[None]:
    try:
        yield
    except Exception:
        logger.exception(failed)


def _months() -> list[tuple[str, datetime]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'picos_event'::regclass")
        found = [(name, _MONTH.fullmatch(name)) for (name,) in cursor.fetchall()]
    return [(name, datetime(int(month[1]), int(month[2]), 1, tzinfo=UTC)) for name, month in found if month]


def _months_ago(number: int) -> datetime:
    """The first moment of the month that lies so many before this one; the first month of all, if that is none."""
    now = timezone.now()
    months = max(12, 12 * now.year + now.month - 1 - number)
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)
