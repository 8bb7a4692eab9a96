"""Before and after an errand: what it must know is loaded, and what it learned is kept."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from cryptography.fernet import InvalidToken

from conduits.connectors.errands import Errand, Noun
from conduits.connectors.kinds import kinds
from conduits.connectors.notes import Note, note_of
from conduits.delivery.http import Answer
from conduits.models import Connector, Counterpart, Endpoint, Received
from parties.vault import open_sealed, seal

UNREADABLE = "What you entered for it cannot be read any more: enter it again."
Known = Mapping[tuple[UUID, str, str], str]


class Message(Protocol):
    """As conduits/delivery/claiming.py has it."""

    endpoint: Endpoint
    id: UUID
    body: str
    attempt: int
    errand: Errand | None

    @property
    def webhook_id(self) -> str:
        """Its id for all who get it."""
        ...


def equip(messages: Iterable[Message]) -> None:
    """Gives those that go to connectors their errands; what goes to other endpoints costs nothing here."""
    wanted = [message for message in messages if message.endpoint.kind]
    if not wanted:
        return
    connectors = Connector.objects.in_bulk({message.endpoint.pk for message in wanted})
    notes = {message.id: note_of(body=message.body, webhook_id=message.webhook_id) for message in wanted}
    known = _known(connectors.keys(), notes.values())
    echoes = _echoes(connectors.keys(), notes.values())
    for message in wanted:
        note = notes[message.id]
        message.errand = _errand(message, connectors[message.endpoint.pk], note, known)
        message.errand.is_echo = (message.endpoint.pk, _entry_id(note)) in echoes


def open_config(connector: Connector, kind: Any) -> Any:
    """What was entered, as its kind has it. Raises InvalidToken when the secrets cannot be read any more."""
    return kind.Config.model_validate(connector.config | json.loads(open_sealed(connector.secrets)))


def open_session(connector: Connector) -> str:
    """The sign-in that was kept; empty when there is none that can be read."""
    try:
        return open_sealed(connector.session) if connector.session else ""
    except InvalidToken:
        return ""


def keep(done: Sequence[tuple[Errand, Answer]], *, now: datetime) -> None:
    """Writes down what was learned, and how it went. In the caller's transaction, together with the attempts."""
    for errand, answer in done:
        for learned in errand.learned:
            _keep(errand, learned.noun, learned.key, learned.external_id)
        if errand.doubts_contact:
            known = Counterpart.objects.filter(connector=errand.connector_id, noun=Noun.CONTACT)
            known.filter(key=errand.note.contact.key).delete()
        keep_health(errand.connector_id, error=answer.error, now=now)
        keep_session(errand.connector_id, errand.session, errand.session_until)


def keep_health(connector_id: UUID, *, error: str | None, now: datetime) -> None:
    """What works clears what was wrong."""
    values = {"error": error[:300], "error_at": now} if error else {"error": "", "error_at": None, "worked_at": now}
    Connector.objects.filter(pk=connector_id).update(**values)


def keep_session(connector_id: UUID, session: str, until: datetime | None) -> None:
    """Only one that is new is sealed anew."""
    changed = Connector.objects.filter(pk=connector_id).exclude(session_until=until)
    if changed.exists():
        changed.update(session=seal(session) if session else "", session_until=until)


def _errand(message: Message, connector: Connector, note: Note, known: Known) -> Errand:
    kind = kinds().get(message.endpoint.kind)
    errand = Errand(
        connector_id=connector.pk,
        kind=kind,
        note=note,
        config=None,
        known={(noun, key): external_id for (pk, noun, key), external_id in known.items() if pk == connector.pk},
        again=message.attempt > 1,
        session=open_session(connector),
        session_until=connector.session_until,
    )
    try:
        errand.config = open_config(connector, kind)
    except (InvalidToken, ValueError, AttributeError):
        errand.problem = UNREADABLE
    return errand


def _known(connector_ids: Iterable[UUID], notes: Iterable[Note]) -> Known:
    keys = {key for note in notes for key in (note.contact.key, note.case)}
    rows = Counterpart.objects.filter(connector__in=list(connector_ids), key__in=keys)
    return {(row[0], row[1], row[2]): row[3] for row in rows.values_list("connector", "noun", "key", "external_id")}


def _echoes(connector_ids: Iterable[UUID], notes: Iterable[Note]) -> set[tuple[UUID, str]]:
    """Which entries came from which connector."""
    entries = [entry_id for note in notes if (entry_id := _entry_id(note))]
    if not entries:
        return set()
    rows = Received.objects.filter(connector__in=list(connector_ids), entry_id__in=entries)
    return {(connector_id, str(entry_id)) for connector_id, entry_id in rows.values_list("connector", "entry_id")}


def _entry_id(note: Note) -> str:
    return str((note.data.get("entry") or {}).get("id") or "")


def _keep(errand: Errand, noun: str, key: str, external_id: str) -> None:
    if noun == Noun.REQUEST:
        # A system that was set up anew counts its tickets from one again.
        same = Counterpart.objects.filter(connector=errand.connector_id, noun=noun, external_id=external_id)
        same.exclude(key=key).delete()
    Counterpart.objects.update_or_create(
        connector_id=errand.connector_id,
        noun=noun,
        key=key,
        defaults={
            "external_id": external_id,
            "conduit_id": errand.note.conduit,
            "last_message_id": UUID(errand.note.id.removeprefix("msg_")),
        },
    )
