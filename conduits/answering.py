"""The company's answer: an entry in the journal, tied to what it answers, on the owner's page at once."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from conduits import facts
from conduits.event_types import MESSAGE
from conduits.gate import decide_read
from conduits.models import Conduit, Delivery
from journals.appending import EntryDraft, write_entries
from journals.keeping import append_entry
from journals.models import Entry, Journal
from parties.errors import RefusedError, StateForbidsError
from parties.models import Person
from picos.events import record_events
from picos.models import Event
from picos.turns import take_turn

# Within this time the same words of a program's about the same are a repeat: its answer got lost.
REPEATED_WITHIN = timedelta(minutes=1)
_WEBHOOK_ID = re.compile(r"msg_([0-9a-f]{32})")


class CompanysEntry(TypedDict, total=False):
    """What else an entry of a company's can have, see `append_entry`."""

    kind: str
    photos: Sequence[bytes]
    in_reply_to: Entry | None
    pass_on: bool
    agent: Person | None


def answer(
    *,
    conduit: Conduit,
    body: str,
    in_reply_to: str = "",
    data: Mapping[str, Any] | None = None,
    terms_hash: str | None = None,
    agent: Person | None = None,
    photos: Sequence[bytes] = (),
    once: bool = False,
) -> Entry:
    """The company writes to the owner. `in_reply_to` is the webhook-id, event id or entry id that it answers.

    `data` may have facts (conduits/facts), which pages show as what they are; a later answer to the same corrects
    them. Without a `terms_hash` it is written under the terms that hold. `once`: what a program said in the same words
    within the last minute is not said again, and its entry returned. Raises StateForbidsError unless the conduit is
    open, and for the hash of other terms; RefusedError for an unknown `in_reply_to` or a wrong fact.
    """
    with transaction.atomic():
        _hold_open(conduit, terms_hash)
        replied_entry, cause = _replied_to(conduit, in_reply_to)
        facts.check(data or {})
        draft = EntryDraft(
            journal=_journal(conduit),
            author=conduit.company,
            agent=agent,
            body=body,
            visibility=Entry.Visibility.SHARED,
            kind=Entry.Kind.ANSWER,
            data=data or {},
            in_reply_to=replied_entry,
            cause=cause,
            event_type=MESSAGE,
            photos=photos,
        )
        return (_said_already(draft) if once else None) or _append(draft)


def add_companys_entry(*, conduit: Conduit, body: str, visibility: str, **entry: Unpack[CompanysEntry]) -> Entry:
    """The company writes in the journal, to the owner or (private) for its own people. Raises as `answer` does."""
    with transaction.atomic():
        _hold_open(conduit)
        return append_entry(
            journal=_journal(conduit), author=conduit.company, body=body, visibility=visibility, **entry
        )


def _journal(conduit: Conduit) -> Journal:
    """With its ends, which are the conduit's, at hand."""
    journal = conduit.journal
    journal.pico, journal.owner, journal.company = conduit.pico, conduit.owner, conduit.company
    return journal


def _hold_open(conduit: Conduit, terms_hash: str | None = None) -> None:
    """Takes the pico's turn, as pausing does, and only then looks: what the owner shut stays shut."""
    take_turn(conduit.pico_id)
    conduit.refresh_from_db(fields=["status", "grants", "scope", "terms"])
    decision = decide_read(conduit)
    if not decision.passes:
        message = f"You cannot write now: {decision.reason}."
        raise StateForbidsError(message)
    if terms_hash is not None and conduit.terms and terms_hash.lower() != conduit.terms.sha256:
        message = f"You write under terms that do not hold any more; those that do are {conduit.terms.sha256}."
        raise StateForbidsError(message)


def _said_already(draft: EntryDraft) -> Entry | None:
    """The same of a moment ago by a program of the company's. The pico's turn is held, so two at once are one."""
    wanted = draft.entry()
    said = Entry.objects.filter(
        journal=wanted.journal,
        author_company=wanted.author_company,
        agent_id=None,
        rule_id=None,
        kind=wanted.kind,
        body=wanted.body,
        data=wanted.data,
        in_reply_to=wanted.in_reply_to,
        reply_to_event_id=wanted.reply_to_event_id,
        at__gt=timezone.now() - REPEATED_WITHIN,
    )
    return said.first()


def _append(draft: EntryDraft) -> Entry:
    (written,) = write_entries([draft])
    record_events([written.event])
    return written.entry


def _replied_to(conduit: Conduit, reference: str) -> tuple[Entry | None, Event | None]:
    """The entry and the event that a reference means, if it is of this conduit."""
    if not reference:
        return None, None
    delivered = _event_delivered(conduit, reference)
    event_id = delivered or _uuid(reference)
    event = (
        Event.objects.filter(pk=event_id, pico=conduit.pico_id, owner=conduit.owner_id).first() if event_id else None
    )
    entry_id = event.data.get("entry") if event else _uuid(reference)
    entry = conduit.journal.entries.exclude(visibility="private").filter(pk=entry_id).first() if entry_id else None
    # A message that was sent is known also when its event is not kept any more (picos/retention.py).
    if event is None and entry is None and delivered is None:
        message = "There is no such message, event or entry in this conduit."
        raise RefusedError(message, field="in_reply_to")
    return entry, event


def _event_delivered(conduit: Conduit, reference: str) -> UUID | None:
    """The event of the message with this webhook-id, if it was sent through this conduit."""
    written = _WEBHOOK_ID.fullmatch(reference)
    sent = Delivery.objects.filter(pk=UUID(written[1]), conduit=conduit) if written else Delivery.objects.none()
    return sent.values_list("event_id", flat=True).first()


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
