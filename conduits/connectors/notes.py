"""What a message says, for systems that want words and not our JSON: made from the gated payload and nothing else."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from conduits import event_types
from conduits.delivery.queueing import TEST
from journals.event_types import ENTRY_ADDED
from picos import event_types as pico_events
from picos.event_types import event_types as known_types

# What somebody is to look at. All else is news, for the timeline of systems that have one.
CALLS: Final = frozenset(
    {
        *(pico_events.SCANNED, pico_events.LOST, pico_events.FOUND, ENTRY_ADDED, event_types.NOTE),
        *(event_types.REQUEST_OPENED, event_types.REQUEST_CLOSED, event_types.RULE_RAISED, event_types.RULE_ASKED),
    }
)
# The last line of all that we write: by it we know it again, wherever it turns up.
_MARK = re.compile(r"(?m)^\s*(?:— )?via Pico Conduit, (msg_[0-9a-f]{32})\s*\Z")
LONGEST_TITLE: Final = 200


@dataclass(frozen=True, slots=True)
class Contact:
    """Who it is about: by name and address if the owner grants that, else only as the owner of this thing."""

    key: str
    name: str
    email: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A message in words. `id` is its webhook-id, ours for whatever is written of it; `body` its JSON."""

    id: str
    type: str
    at: str
    title: str
    text: str
    thing: str
    serial: str
    contact: Contact
    # What is to be settled: the request that it is about, else all that passes the conduit, or about an unowned pico.
    case: str
    conduit: UUID | None
    author: str
    body: str
    data: dict[str, Any] = field(repr=False, default_factory=dict)

    @property
    def is_test(self) -> bool:
        """Whether it is about nothing."""
        return self.type == TEST

    @property
    def calls(self) -> bool:
        """Whether somebody is to look at it."""
        return self.type in CALLS and self.author != "company"

    @property
    def by_owner(self) -> bool:
        """Whether they are the owner's own words."""
        return self.author == "owner" and self.type in {ENTRY_ADDED, event_types.REQUEST_OPENED}

    @property
    def marked(self) -> str:
        """The text with our mark."""
        return f"{self.text}\n\n— via Pico Conduit, {self.id}"


def mark_of(text: str) -> str | None:
    """The id of the message that wrote this; None if we did not write it."""
    found = _MARK.search(text)
    return found[1] if found else None


def note_of(*, body: str, webhook_id: str) -> Note:
    """The note of a gated payload."""
    message = json.loads(body)
    data: dict[str, Any] = message["data"]
    pico: dict[str, Any] = data.get("pico") or {}
    product = pico.get("product") or {}
    serial = pico.get("serial") or pico.get("code") or ""
    thing = " ".join(part for part in (product.get("name", ""), serial) if part) or "our products"
    sentence = _sentence(message["type"], thing)
    return Note(
        id=webhook_id,
        type=message["type"],
        at=message["timestamp"],
        title=sentence[:LONGEST_TITLE],
        text=_text(data, sentence, pico),
        thing=thing,
        serial=serial,
        contact=_contact(data, serial),
        case=_case(message["type"], data, pico),
        conduit=UUID(data["conduit"]) if data.get("conduit") else None,
        author=(data.get("entry") or data).get("author") or "",
        body=body,
        data=data,
    )


def _sentence(event_type: str, thing: str) -> str:
    if event_type == TEST:
        return "A test"
    for known in known_types():
        if known.name == event_type:
            said = known.sentence.format(thing=thing)
            return said[:1].upper() + said[1:]
    return event_type


def _text(data: dict[str, Any], sentence: str, pico: dict[str, Any]) -> str:
    entry = data.get("entry") or {}
    said = entry.get("body") or data.get("text") or data.get("title") or ""
    photos = entry.get("attachments") or []
    lines = [
        said or f"{sentence}.",
        f"({sentence}.)" if said else "",
        f"Where: {data['region']}" if data.get("region") else "",
        ("One photo is" if len(photos) == 1 else f"{len(photos)} photos are") + " at the desk." if photos else "",
        f"Its page: {pico['url']}" if pico.get("url") else "",
    ]
    return "\n\n".join(line for line in lines if line)


def _contact(data: dict[str, Any], serial: str) -> Contact:
    """A new key for each that is told differently, so that a name that is not granted any more is not used again."""
    conduit = data.get("conduit") or ""
    owner = data.get("owner")
    if not owner:
        return Contact(f"{conduit}", f"Owner of {serial}")
    told = hashlib.sha256(f"{owner['email']}\n{owner['name']}".encode()).hexdigest()[:32]
    return Contact(f"{conduit}/{told}", owner["name"] or owner["email"], owner["email"])


def _case(event_type: str, data: dict[str, Any], pico: dict[str, Any]) -> str:
    if event_type in {event_types.REQUEST_OPENED, event_types.REQUEST_CLOSED} and data.get("request"):
        return f"request/{data['request']}"
    if data.get("conduit"):
        return f"conduit/{data['conduit']}"
    return f"pico/{pico['code']}" if pico else f"event/{data.get('event', '')}"


def host() -> str:
    """Our own, for ids that must be unique in the world."""
    return settings.PUBLIC_URL.partition("://")[2].partition("/")[0].partition(":")[0]
