"""Telling a person something: on their dashboard, and from there on the ways that they chose (conduits/reaching)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypedDict, Unpack
from uuid import UUID

from django.db.models import Count
from django.utils import timezone
from uuid_utils.compat import uuid7

from live.announcing import announce
from live.tokens import topic
from parties.models import Company, Person
from picos import bell
from picos.models import Notice, Pico

PER_HOUR = 10

Key = tuple[UUID, UUID, str]


@dataclass(slots=True)
class _Recent:
    """How many notices to a person about a thing lead to one page, and how many of them are not on their way yet."""

    count: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDraft:
    """What to tell whom, about which thing. It leaves the dashboard after `wait` unless it was seen by then.

    `company` (a Company or its id) is the one whose doing it is: it counts towards what that company may send.
    """

    person: Person
    pico: Pico
    text: str
    path: str = ""
    kind: str = Notice.Kind.THING
    company: Company | UUID | None = None
    urgent: bool = False
    wait: timedelta = timedelta(0)
    id: UUID = field(default_factory=uuid7)


class NoticeParts(TypedDict, total=False):
    """What a notice may have beside person, pico and text, see NoticeDraft."""

    path: str
    kind: str
    company: Company | UUID | None
    urgent: bool
    wait: timedelta


def notify(*, person: Person, pico: Pico, text: str, **parts: Unpack[NoticeParts]) -> Notice:
    """Records one notice in the caller's transaction, as `notify_all` does."""
    return notify_all([NoticeDraft(person=person, pico=pico, text=text, **parts)])[0]


def notify_all(drafts: Sequence[NoticeDraft]) -> list[Notice]:
    """Records the notices in the caller's transaction.

    Nobody can be flooded through a thing: while one that leads to the same page is about to leave, and after PER_HOUR
    in an hour, further notices stand on the dashboard only.
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
                kind=draft.kind,
                company_id=getattr(draft.company, "pk", draft.company),
                urgent=draft.urgent,
                text=draft.text[:500],
                path=path,
                due_at=None if is_quiet else now + draft.wait,
            )
        )
    Notice.objects.bulk_create(notices)
    announce(*{topic("person", draft.person.pk) for draft in drafts})
    if any(notice.due_at == now for notice in notices):
        bell.ring(bell.NOTICES)
    return notices


def see_notices(*, person: Person, pico: Pico, path: str = "") -> None:
    """The person saw what they tell (those that lead to `path`, if given), so it need not reach them any more."""
    unseen = Notice.objects.filter(person=person, pico=pico, seen_at=None)
    if path:
        unseen = unseen.filter(path=path)
    unseen.update(seen_at=timezone.now(), due_at=None)


def _recent(drafts: Sequence[NoticeDraft], *, since: datetime) -> dict[Key, _Recent]:
    rows = (
        Notice.objects.filter(
            person__in={draft.person.pk for draft in drafts}, pico__in={draft.pico.pk for draft in drafts}, at__gt=since
        )
        .values_list("person", "pico", "path")
        .annotate(Count("pk"), Count("due_at"))
    )
    return {(person, pico, path): _Recent(count, waiting) for person, pico, path, count, waiting in rows}
