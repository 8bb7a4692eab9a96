"""Telling a person something, in their dashboard and by mail."""

import logging
from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from live.announcing import announce
from live.tokens import topic
from parties.models import Person
from picos import bell
from picos.models import Notice, Pico

logger = logging.getLogger(__name__)

# Before another try at a mail that the server would not take; after the last, about two days later, it stays unmailed.
RETRY_AFTER = timedelta(minutes=5)
TRIES = 500
# So few that even a mail server that answers nothing (10 s each) is through with them before their next try.
BATCH = 20
PER_HOUR = 10


def notify(*, person: Person, pico: Pico, text: str, path: str = "", mail_after: timedelta = timedelta(0)) -> Notice:
    """Records the notice in the caller's transaction; its mail leaves after `mail_after` unless it was seen by then.

    Nobody's mailbox can be flooded through a thing: while one mail that leads to the same page waits, and after
    PER_HOUR in an hour, further notices stand on the dashboard only.
    """
    now = timezone.now()
    path = path or f"/things/{pico.code}"
    recent = Notice.objects.filter(person=person, pico=pico, path=path, at__gt=now - timedelta(hours=1))
    quiet = recent.filter(mail_at__isnull=False).exists() or recent.count() >= PER_HOUR
    notice = Notice.objects.create(
        person=person,
        pico=pico,
        text=text[:500],
        path=path,
        mail_at=None if quiet else now + mail_after,
    )
    announce(topic("person", person.pk))
    if not quiet and not mail_after:
        bell.ring(bell.NOTICES)
    return notice


def see_notices(*, person: Person, pico: Pico, path: str = "") -> None:
    """The person saw what they tell (those that lead to `path`, if given), so no mail is needed any more."""
    unseen = Notice.objects.filter(person=person, pico=pico, seen_at=None)
    if path:
        unseen = unseen.filter(path=path)
    unseen.update(seen_at=timezone.now(), mail_at=None)


def mail_due() -> int:
    """Mails what is due and returns how many. The next try is pushed ahead and committed before the mail is sent:
    a crash in between sends it again later, and no mail server is talked to inside a transaction.

    A mail that the server would not take waits for its next try and keeps no other waiting.
    """
    with transaction.atomic():
        due = list(
            Notice.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(mail_at__lte=timezone.now())
            .select_related("person", "pico__product__company")[:BATCH]
        )
        Notice.objects.filter(pk__in=[notice.pk for notice in due]).update(
            mail_at=timezone.now() + RETRY_AFTER, mail_tries=F("mail_tries") + 1
        )
    for notice in due:
        try:
            _mail(notice)
        except Exception:
            logger.exception("notice %s could not be mailed", notice.pk)
            if notice.mail_tries + 1 < TRIES:
                continue
        Notice.objects.filter(pk=notice.pk).update(mail_at=None)
    return len(due)


def _mail(notice: Notice) -> None:
    link = f"{settings.PUBLIC_URL}{notice.path}"
    send_mail(
        # Subjects show on locked screens: no word of what was written.
        subject=f"News about {notice.pico.title}"[:120].replace("\n", " ").replace("\r", " "),
        message=f"{notice.text}\n\n{link}\n",
        from_email=None,
        recipient_list=[notice.person.email],
    )
