"""Telling a person something, in their dashboard and by mail."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F
from django.utils import timezone
from uuid_utils.compat import uuid7

from live.announcing import announce
from live.tokens import topic
from parties.models import Person
from picos import bell
from picos.models import Notice, Pico
from picos.replying import answerable, reply_address, send_mail

logger = logging.getLogger(__name__)

# Before another try at a mail that the server would not take; after the last, about two days later, it stays unmailed.
RETRY_AFTER = timedelta(minutes=5)
TRIES = 500
# So few that even a mail server that answers nothing (10 s each) is through with them before their next try.
BATCH = 20
PER_HOUR = 10

Key = tuple[UUID, UUID, str]


@dataclass(slots=True)
class _Recent:
    """How many notices to a person about a thing lead to one page, and how many of their mails wait."""

    count: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDraft:
    """What to tell whom, about which thing. Its mail leaves after `mail_after` unless it was seen by then."""

    person: Person
    pico: Pico
    text: str
    path: str = ""
    mail_after: timedelta = timedelta(0)
    id: UUID = field(default_factory=uuid7)


def notify(*, person: Person, pico: Pico, text: str, path: str = "", mail_after: timedelta = timedelta(0)) -> Notice:
    """Records one notice in the caller's transaction, as `notify_all` does."""
    draft = NoticeDraft(person=person, pico=pico, text=text, path=path, mail_after=mail_after)
    return notify_all([draft])[0]


def notify_all(drafts: Sequence[NoticeDraft]) -> list[Notice]:
    """Records the notices in the caller's transaction.

    Nobody's mailbox can be flooded through a thing: while one mail that leads to the same page waits, and after
    PER_HOUR in an hour, further notices stand on the dashboard only.
    """
    if not drafts:
        return []
    now = timezone.now()
    recent = _recent(drafts, since=now - timedelta(hours=1))
    notices = []
    for draft in drafts:
        path = draft.path or f"/things/{draft.pico.code}"
        so_far = recent.setdefault((draft.person.pk, draft.pico.pk, path), _Recent())
        is_quiet = so_far.waiting > 0 or so_far.count >= PER_HOUR
        so_far.count += 1
        so_far.waiting += not is_quiet
        notices.append(
            Notice(
                id=draft.id,
                person=draft.person,
                pico=draft.pico,
                text=draft.text[:500],
                path=path,
                mail_at=None if is_quiet else now + draft.mail_after,
            )
        )
    Notice.objects.bulk_create(notices)
    announce(*{topic("person", draft.person.pk) for draft in drafts})
    if any(notice.mail_at == now for notice in notices):
        bell.ring(bell.NOTICES)
    return notices


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


def _recent(drafts: Sequence[NoticeDraft], *, since: datetime) -> dict[Key, _Recent]:
    rows = (
        Notice.objects.filter(
            person__in={draft.person.pk for draft in drafts}, pico__in={draft.pico.pk for draft in drafts}, at__gt=since
        )
        .values_list("person", "pico", "path")
        .annotate(Count("pk"), Count("mail_at"))
    )
    return {(person, pico, path): _Recent(count, waiting) for person, pico, path, count, waiting in rows}


def _mail(notice: Notice) -> None:
    link = f"{settings.PUBLIC_URL}{notice.path}"
    address = reply_address(notice)
    send_mail(
        # Subjects show on locked screens: no word of what was written.
        subject=f"News about {notice.pico.title}"[:120].replace("\n", " ").replace("\r", " "),
        message=answerable(f"{notice.text}\n\n{link}\n", address, to=str(notice.pico.maker)),
        to=notice.person.email,
        reply_to=address,
    )
