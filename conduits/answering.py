"""The company's answer: an entry in the journal, tied to what it answers, on the owner's page at once."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from conduits.event_types import MESSAGE
from conduits.gate import decide_read
from conduits.models import Conduit, Delivery
from journals.keeping import append_entry
from journals.models import Entry
from parties.errors import RefusedError, StateForbidsError
from parties.models import Person
from picos.models import Event
from picos.turns import take_turn

# Further off it is a slip, and near the ends of the calendar it cannot be shown in every time zone.
FURTHEST_ETA = timedelta(days=3653)
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
) -> Entry:
    """The company writes to the owner. `in_reply_to` is the webhook-id, event id or entry id that it answers.

    `data` may have an `eta` (RFC 3339 with time zone, within ten years), which pages count down to. Without a
    `terms_hash` it is written under the terms that hold. Raises StateForbidsError unless the conduit is open, and for
    the hash of other terms; RefusedError for an unknown `in_reply_to` or a wrong `eta`.
    """
    with transaction.atomic():
        _hold_open(conduit, terms_hash)
        replied_entry, cause = _replied_to(conduit, in_reply_to)
        return append_entry(
            journal=conduit.journal,
            author=conduit.company,
            agent=agent,
            body=body,
            visibility=Entry.Visibility.SHARED,
            kind=Entry.Kind.ANSWER,
            data=_checked(data or {}),
            in_reply_to=replied_entry,
            cause=cause,
            event_type=MESSAGE,
        )


def add_companys_entry(*, conduit: Conduit, body: str, visibility: str, **entry: Unpack[CompanysEntry]) -> Entry:
    """The company writes in the journal, to the owner or (private) for its own people. Raises as `answer` does."""
    with transaction.atomic():
        _hold_open(conduit)
        return append_entry(journal=conduit.journal, author=conduit.company, body=body, visibility=visibility, **entry)


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


def _replied_to(conduit: Conduit, reference: str) -> tuple[Entry | None, Event | None]:
    """The entry and the event that a reference means, if it is of this conduit."""
    if not reference:
        return None, None
    event_id = _event_id(conduit, reference)
    event = (
        Event.objects.filter(pk=event_id, pico=conduit.pico_id, owner=conduit.owner_id).first() if event_id else None
    )
    entry_id = event.data.get("entry") if event else _uuid(reference)
    entry = conduit.journal.entries.exclude(visibility="private").filter(pk=entry_id).first() if entry_id else None
    if event is None and entry is None:
        message = "There is no such message, event or entry in this conduit."
        raise RefusedError(message, field="in_reply_to")
    return entry, event


def _event_id(conduit: Conduit, reference: str) -> UUID | None:
    if written := _WEBHOOK_ID.fullmatch(reference):
        return Delivery.objects.filter(pk=UUID(written[1]), conduit=conduit).values_list("event_id", flat=True).first()
    return _uuid(reference)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _checked(data: Mapping[str, Any]) -> Mapping[str, Any]:
    if (eta := data.get("eta")) is not None:
        try:
            at = parse_datetime(eta) if isinstance(eta, str) else None
        except ValueError:
            at = None
        if at is None or at.tzinfo is None or abs(at - timezone.now()) > FURTHEST_ETA:
            message = "An eta is a time such as 2026-11-21T16:40:00Z."
            raise RefusedError(message, field="data.eta")
    return data
