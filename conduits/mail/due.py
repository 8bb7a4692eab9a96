"""Mails that wait in a table: rows with `mail_at`, when to try next, and `mail_tries`."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

logger = logging.getLogger(__name__)

# Before another try at mails that the server would not take; after the last, about two days later, it is given up.
RETRY_AFTER: Final = timedelta(minutes=5)
TRIES: Final = 500
BATCH: Final = 20


def mail_each(rows: "QuerySet[Any]", mail: Callable[[Any], None]) -> int:
    """Mails what is due of these rows, BATCH at most, and returns how many that were.

    The next try is pushed ahead and committed before a mail is sent: a crash in between sends it again later, and no
    mail server is talked to inside a transaction. What became due anew meanwhile stays so.
    """
    again = timezone.now() + RETRY_AFTER
    every: QuerySet[Any] = QuerySet(rows.model)
    with transaction.atomic():
        free = rows.select_for_update(skip_locked=True, of=("self",))
        due = list(free.filter(mail_at__lte=timezone.now())[:BATCH])
        every.filter(pk__in=[one.pk for one in due]).update(mail_at=again, mail_tries=F("mail_tries") + 1)
    for one in due:
        try:
            mail(one)
        except Exception:
            logger.exception("a mail about %s %s could not be sent", type(one).__name__, one.pk)
            if one.mail_tries + 1 < TRIES:
                continue
        every.filter(pk=one.pk, mail_at=again).update(mail_at=None)
    return len(due)
