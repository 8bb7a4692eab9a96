"""Writing entries for good, any number at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from textwrap import shorten
from typing import Any, Final, Literal, NamedTuple, TypedDict
from uuid import UUID

from uuid_utils.compat import uuid7

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
from picos.events import Draft
from picos.models import Channel, Event, Notice, Pico
from picos.notices import NoticeDraft, notify_all
from picos.rows import fetched, new, related, write_rows
from picos.turns import take_turn

SAID_IN_NOTICE: Final = 120
# An answer leaves the dashboard only if it has not been read on a page by then.
ANSWER_WAITS: Final = timedelta(minutes=2)

_CLOSED = "SELECT id FROM journals_journal WHERE id = ANY(%b::uuid[]) AND closed_at IS NOT NULL"


class EntryParts(TypedDict, total=False):
    """What an entry may have beside journal, author, body and visibility, see EntryDraft."""

    kind: str
    photos: Sequence[bytes]
    data: Mapping[str, Any]
    in_reply_to: Entry | None
    pass_on: bool
    agent: Person | None
    rule_id: UUID | None
    cause: Event | None
    event_type: str
    channel: Channel | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDraft:
    """An entry to be written. `photos` come from `take_photos`; `channel` is the owner’s link by which it came.

    `cause` is the event that led to it; unless a rule wrote the entry, it answers that event.
    """

    journal: Journal
    author: Company | Person
    body: str
    visibility: str
    kind: str = Entry.Kind.NOTE
    photos: Sequence[bytes] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    in_reply_to: Entry | None = None
    pass_on: bool = False
    agent: Person | None = None
    rule_id: UUID | None = None
    cause: Event | None = None
    event_type: str = ENTRY_ADDED
    channel: Channel | None = None
    id: UUID = field(default_factory=uuid7)

    def entry(self) -> Entry:
        """The row."""
        person, company = (self.author if isinstance(self.author, kind) else None for kind in (Person, Company))
        entry = new(
            Entry,
            id=self.id,
            journal_id=self.journal.pk,
            author_person_id=person.pk if person else None,
            author_company_id=company.pk if company else None,
            agent_id=self.agent.pk if self.agent else None,
            rule_id=self.rule_id,
            channel_id=self.channel.pk if self.channel else None,
            kind=self.kind,
            visibility=self.visibility,
            body=self.body.strip(),
            data=dict(self.data),
            in_reply_to_id=self.in_reply_to.pk if self.in_reply_to else None,
            reply_to_event_id=self.cause.pk if self.cause and not self.rule_id else None,
            pass_on=self.pass_on,
        )
        related(entry, journal=self.journal, author_person=person, author_company=company, channel=self.channel)
        return entry


class Written(NamedTuple):
    """An entry, and the event of it that is still to be recorded."""

    entry: Entry
    event: Draft


def write_entries(drafts: Sequence[EntryDraft], *, held: Collection[UUID] = ()) -> list[Written]:
    """Writes the entries, tells the other sides what is theirs to see, and leaves recording the events to its caller.

    Takes the picos' turns, in the caller's transaction. Raises StateForbidsError when a journal is closed, RefusedError
    for an empty body without photos, or when a company would make an entry public on somebody's thing. `held`: the
    picos whose turns the caller took before it read the journals, so that they are as it has them.
    """
    if not drafts:
        return []
    others = [draft.journal for draft in drafts if draft.journal.pico_id not in held]
    if others:
        take_turn(*{journal.pico_id for journal in others})
    _check(drafts, others)
    entries = [draft.entry() for draft in drafts]
    write_rows(entries)
    for draft, entry in zip(drafts, entries, strict=True):
        if draft.photos:
            attach(entry=entry, photos=draft.photos)
            bell.ring(bell.THUMBNAILS)
    _move_pointers(entries, drafts)
    _tell(entries, drafts)
    return [Written(entry, _event_of(entry, draft)) for entry, draft in zip(entries, drafts, strict=True)]


def journal_path(pico: Pico) -> str:
    """Where the owner reads the journal, and where notices of new entries lead."""
    return f"/things/{pico.code}#live"


def entry_side(entry: Entry) -> Literal["owner", "company", "link"]:
    """Whose words they are: `owner`, `company`, or `link` for those of somebody whom the owner gave one."""
    if entry.author_company_id:
        return "company"
    return "link" if entry.channel_id else "owner"


def _check(drafts: Sequence[EntryDraft], others: Sequence[Journal]) -> None:
    """`others`: the journals that may have been closed since they were read."""
    is_closed = any(draft.journal.closed_at for draft in drafts)
    if is_closed or (others and fetched(_CLOSED, list({journal.pk for journal in others}))):
        message = "This journal is closed."
        raise StateForbidsError(message)
    for draft in drafts:
        if not draft.body.strip() and not draft.photos:
            message = "There is nothing in it yet: write something or add a photo."
            raise RefusedError(message, field="body")
        if isinstance(draft.author, Company) and draft.visibility == Entry.Visibility.PUBLIC:
            message = "Only its owner can make an entry public."
            raise RefusedError(message, field="visibility")


def _event_of(entry: Entry, draft: EntryDraft) -> Draft:
    return Draft(
        draft.event_type,
        pico=draft.journal.pico,
        actor=ANONYMOUS if draft.channel else _actor(draft),
        data={
            "entry": str(entry.pk),
            "visibility": entry.visibility,
            "kind": entry.kind,
            "author": entry_side(entry),
        },
        cause=draft.cause,
    )


def _actor(draft: EntryDraft) -> Actor:
    if draft.rule_id:
        return Actor.of_rule(draft.rule_id)
    if isinstance(draft.author, Person):
        return Actor.of_person(draft.author)
    return Actor.of_company(draft.author, draft.agent)


def _move_pointers(entries: Sequence[Entry], drafts: Sequence[EntryDraft]) -> None:
    """The owner's own shared words start the wait, unless it runs already; the company's end it.

    A rule ends no wait, nor does an answer to a scan: anybody can scan, and would bury what the owner asked.
    """
    begun: dict[UUID, datetime] = {}
    for entry, draft in zip(entries, drafts, strict=True):
        if not entry.crosses or entry.channel_id:
            continue
        if entry.author_company_id is None:
            begun.setdefault(entry.journal_id, entry.at)
        elif entry.rule_id is None and not (draft.cause and _began_with_scan(draft.cause)):
            Journal.objects.filter(pk=entry.journal_id).update(waiting_since=None)
    if begun:
        # With its first words, which the inbox looks for from then on.
        Journal.objects.filter(pk__in=begun, waiting_since=None).update(waiting_since=min(begun.values()))


def _began_with_scan(event: Event) -> bool:
    return Event.objects.filter(pk=event.root_id, type=SCANNED).exists()


def _tell(entries: Sequence[Entry], drafts: Sequence[EntryDraft]) -> None:
    """Rings the open pages of those who may see it, and leaves the owners notices of what somebody else wrote."""
    topics: set[str] = set()
    notices: list[NoticeDraft] = []
    for entry, draft in zip(entries, drafts, strict=True):
        journal, by_company = draft.journal, entry.author_company_id is not None
        if entry.crosses or not by_company:
            topics |= {topic("journal", journal.pk, "owner"), topic("person", journal.owner_id)}
        if journal.company_id and (by_company or (entry.crosses and may_tell(entry))):
            topics |= {topic("journal", journal.pk, "company"), topic("company", journal.company_id)}
        if draft.channel or (by_company and entry.crosses):
            notices.append(_notice(entry, draft))
    announce(*topics)
    notify_all(notices)


def _notice(entry: Entry, draft: EntryDraft) -> NoticeDraft:
    said = shorten(entry.body, SAID_IN_NOTICE, placeholder="…") or "see the photo"
    pico = draft.journal.pico
    return NoticeDraft(
        person=draft.journal.owner,
        pico=pico,
        text=f"{draft.channel or draft.author} wrote: {said}",
        path=journal_path(pico),
        kind=Notice.Kind.LINK if draft.channel else Notice.Kind.ANSWER,
        company=entry.author_company_id,
        wait=ANSWER_WAITS,
    )
