"""Keeping a journal: opening, writing, reading, closing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Unpack

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from journals.appending import EntryDraft, EntryParts, write_entries
from journals.models import Entry, Journal
from live.announcing import announce
from live.tokens import topic
from parties.models import Company, Person
from picos.events import record_events
from picos.models import Pico


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
    *, journal: Journal, author: Company | Person, body: str, visibility: str, **parts: Unpack[EntryParts]
) -> Entry:
    """Writes an entry for good, tells the other side if it is theirs to see, and records the event.

    Raises as `write_entries` does.
    """
    draft = EntryDraft(journal=journal, author=author, body=body, visibility=visibility, **parts)
    (written,) = write_entries([draft])
    record_events([written.event])
    return written.entry


def mark_read(*, journal: Journal, by: Company | Person, shown: Sequence[Entry]) -> None:
    """The party has seen the journal up to the newest of these."""
    if not shown:
        return
    column = "owner_read_at" if isinstance(by, Person) else "company_read_at"
    read_at: datetime | None = getattr(journal, column)
    # Not that of the first: an entry has its id before its writer waits for the turn, and its time after.
    newest = max(entry.at for entry in shown)
    if read_at is None or read_at < newest:
        earlier = Q(**{column: None}) | Q(**{f"{column}__lt": newest})
        Journal.objects.filter(earlier, pk=journal.pk).update(**{column: newest})


def settle(journal: Journal) -> None:
    """Nobody waits any more, though nothing was answered."""
    Journal.objects.filter(pk=journal.pk).update(waiting_since=None)
    if journal.company_id:
        announce(topic("company", journal.company_id))
