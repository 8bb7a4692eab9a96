"""Keeping a journal: opening, writing, reading, closing."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from textwrap import shorten
from typing import Any, Literal
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from journals.event_types import ENTRY_ADDED
from journals.models import Entry, Journal
from journals.photos import attach
from journals.ringing import may_tell
from live.announcing import announce
from live.tokens import topic
from parties.actors import ANONYMOUS, Actor
from parties.errors import RefusedError, StateForbidsError
from parties.models import Company, Person
from picos import bell
from picos.event_types import SCANNED
from picos.events import record_event
from picos.models import Channel, Event, Pico
from picos.notices import notify
from picos.turns import take_turn

SAID_IN_NOTICE = 120
# An answer is mailed only if it has not been read on a page by then.
MAIL_ANSWER_AFTER = timedelta(minutes=2)


def open_journal(*, pico: Pico, owner: Person) -> Journal:
    """The journal of a new ownership."""
    company = pico.product.company if pico.product else None
    return Journal.objects.create(pico=pico, owner=owner, company=company)


def open_journal_of(pico: Pico) -> Journal | None:
    """The journal that is kept now, or None when nobody owns the pico."""
    return pico.journals.filter(closed_at=None).select_related("company", "owner").first()


def close_journal(journal: Journal) -> None:
    """Nothing is written in it any more, and nobody waits; it stays with its owner. In the caller's turn."""
    Journal.objects.filter(pk=journal.pk).update(closed_at=timezone.now(), waiting_since=None)
    announce(topic("journal", journal.pk, "owner"), topic("person", journal.owner_id))
    if journal.company_id:
        announce(topic("journal", journal.pk, "company"), topic("company", journal.company_id))


@transaction.atomic
def append_entry(
    *,
    journal: Journal,
    author: Company | Person,
    body: str,
    visibility: str,
    kind: str = Entry.Kind.NOTE,
    photos: Sequence[bytes] = (),
    data: Mapping[str, Any] | None = None,
    in_reply_to: Entry | None = None,
    pass_on: bool = False,
    agent: Person | None = None,
    rule_id: UUID | None = None,
    cause: Event | None = None,
    event_type: str = ENTRY_ADDED,
    channel: Channel | None = None,
) -> Entry:
    """Writes an entry for good, tells the other side if it is theirs to see, and records the event.

    `photos` come from `take_photos`; `channel` is the owner's link by which somebody else wrote it. Raises
    StateForbidsError when the journal is closed, RefusedError for an empty body without photos, or when a company
    would make an entry public on somebody's thing.
    """
    take_turn(journal.pico_id)
    if not Journal.objects.filter(pk=journal.pk, closed_at=None).exists():
        message = "This journal is closed."
        raise StateForbidsError(message)
    if not body.strip() and not photos:
        message = "There is nothing in it yet: write something or add a photo."
        raise RefusedError(message, field="body")
    if isinstance(author, Company) and visibility == Entry.Visibility.PUBLIC:
        message = "Only its owner can make an entry public."
        raise RefusedError(message, field="visibility")
    entry = Entry.objects.create(
        journal=journal,
        author_person=author if isinstance(author, Person) else None,
        author_company=author if isinstance(author, Company) else None,
        agent_id=agent.pk if agent else None,
        rule_id=rule_id,
        channel=channel,
        kind=kind,
        visibility=visibility,
        body=body.strip(),
        data=dict(data or {}),
        in_reply_to=in_reply_to,
        reply_to_event_id=cause.pk if cause and not rule_id else None,
        pass_on=pass_on,
    )
    if photos:
        attach(entry=entry, photos=photos)
        bell.ring(bell.THUMBNAILS)
    _move_pointers(entry, cause)
    _tell(entry, journal)
    record_event(
        event_type,
        pico=journal.pico,
        actor=ANONYMOUS if channel else _actor(author, agent, rule_id),
        data={"entry": str(entry.pk), "visibility": visibility, "kind": kind, "author": entry_side(entry)},
        cause=cause,
    )
    return entry


def journal_path(pico: Pico) -> str:
    """Where the owner reads the journal, and where notices of new entries lead."""
    return f"/things/{pico.code}#live"


def entry_side(entry: Entry) -> Literal["owner", "company", "link"]:
    """Whose words they are: `owner`, `company`, or `link` for those of somebody whom the owner gave one."""
    if entry.author_company_id:
        return "company"
    return "link" if entry.channel_id else "owner"


def mark_read(*, journal: Journal, by: Company | Person) -> None:
    """The party has seen the journal up to now."""
    column = "owner_read_at" if isinstance(by, Person) else "company_read_at"
    Journal.objects.filter(pk=journal.pk).update(**{column: timezone.now()})


def settle(journal: Journal) -> None:
    """Nobody waits any more, though nothing was answered."""
    Journal.objects.filter(pk=journal.pk).update(waiting_since=None)
    if journal.company_id:
        announce(topic("company", journal.company_id))


def _actor(author: Company | Person, agent: Person | None, rule_id: UUID | None) -> Actor:
    if rule_id:
        return Actor.of_rule(rule_id)
    return Actor.of_person(author) if isinstance(author, Person) else Actor.of_company(author, agent)


def _move_pointers(entry: Entry, cause: Event | None) -> None:
    """The owner's own shared words start the wait, unless it runs already; the company's end it.

    A rule ends no wait, nor does an answer to a scan: anybody can scan, and would bury what the owner asked.
    """
    if not entry.crosses or entry.channel_id:
        return
    journals = Journal.objects.filter(pk=entry.journal_id)
    if entry.author_company_id is None:
        journals.filter(waiting_since=None).update(waiting_since=entry.at)
    elif entry.rule_id is None and not (cause and _began_with_scan(cause)):
        journals.update(waiting_since=None)


def _began_with_scan(event: Event) -> bool:
    return Event.objects.filter(pk=event.root_id, type=SCANNED).exists()


def _tell(entry: Entry, journal: Journal) -> None:
    """Rings the open pages of those who may see it, and leaves the owner a notice of what somebody else wrote."""
    by_company = entry.author_company_id is not None
    if entry.crosses or not by_company:
        announce(topic("journal", journal.pk, "owner"), topic("person", journal.owner_id))
    if journal.company_id and (by_company or (entry.crosses and may_tell(entry))):
        announce(topic("journal", journal.pk, "company"), topic("company", journal.company_id))
    if entry.channel or (by_company and entry.crosses):
        said = shorten(entry.body, SAID_IN_NOTICE, placeholder="…") or "see the photo"
        notify(
            person=journal.owner,
            pico=journal.pico,
            text=f"{entry.channel or entry.author} wrote: {said}",
            path=journal_path(journal.pico),
            mail_after=MAIL_ANSWER_AFTER,
        )
