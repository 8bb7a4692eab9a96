"""What can be shown in a call, and its value now. Which grant a kind of field takes is the gate's to say."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import rfc8785

from conduits import gate
from conduits.models import Conduit
from journals.models import Attachment, Entry
from picos.event_types import SCANNED
from picos.models import Event
from picos.states import states_of

MOST_ENTRIES: Final = 10
MOST_PHOTOS: Final = 6
MOST_SCANS: Final = 5

REGION: Final = "region"

# Said to the owner: “You show …”.
LABELS: Final = {
    "name": "your name",
    "email": "your e-mail address",
    "serial": "its serial number",
    "code": "its code",
    "entries": "what you last shared in the journal",
    "private_entries": "your last private entries",
    "photos": "your last photos",
    REGION: "where it was last scanned",
    "scans": "when it was last scanned",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to tick. `value` is a text, any JSON of a state value, or a list of `{"at", "text" or "photo"}`."""

    name: str
    value: Any

    @property
    def label(self) -> str:
        """What it is called."""
        return label_of(self.name)

    @property
    def seen(self) -> str:
        """A digest of the value: who ticks it sends it along, and shows nothing but what they saw."""
        return hashlib.sha256(rfc8785.dumps(self.value)).hexdigest()[:32]


def label_of(name: str) -> str:
    """`your name`; of a state value `your value “warranty until”`."""
    kind, _, key = name.partition(".")
    return f"your value “{key.replace('_', ' ')}”" if kind == "state" else LABELS[kind]


def fields_of(conduit: Conduit) -> list[Field]:
    """All that its owner could show now: what there is, as far as the terms let it be shown."""
    return [
        field
        for kind, read in _READERS.items()
        if gate.may_be_shown(conduit, kind)
        for field in read(conduit)
        if field.value
    ]


def _name(conduit: Conduit) -> Iterator[Field]:
    yield Field("name", conduit.owner.name)


def _email(conduit: Conduit) -> Iterator[Field]:
    yield Field("email", conduit.owner.email)


def _serial(conduit: Conduit) -> Iterator[Field]:
    yield Field("serial", conduit.pico.serial)


def _code(conduit: Conduit) -> Iterator[Field]:
    yield Field("code", conduit.pico.code)


def _states(conduit: Conduit) -> Iterator[Field]:
    for state in states_of(conduit.pico, owner=True, company=False).order_by("key"):
        # Wrapped, as false and 0 are values, too.
        yield Field(f"state.{state.key}", {"value": state.value})


def _entries(conduit: Conduit) -> Iterator[Field]:
    yield Field("entries", _words(conduit, Entry.Visibility.SHARED, Entry.Visibility.PUBLIC))


def _private_entries(conduit: Conduit) -> Iterator[Field]:
    yield Field("private_entries", _words(conduit, Entry.Visibility.PRIVATE))


def _photos(conduit: Conduit) -> Iterator[Field]:
    photos = Attachment.objects.filter(entry__journal=conduit.journal_id, entry__author_person=conduit.owner_id)
    shared = photos.exclude(entry__visibility=Entry.Visibility.PRIVATE).select_related("entry").order_by("-pk")
    yield Field("photos", [_at(one.entry.at, photo=str(one.pk)) for one in shared[:MOST_PHOTOS]])


def _region(conduit: Conduit) -> Iterator[Field]:
    placed = next((scan for scan in _scanned(conduit, 20) if scan.data.get("region")), None)
    yield Field(REGION, placed.data["region"] if placed else "")


def _scans(conduit: Conduit) -> Iterator[Field]:
    yield Field("scans", [_at(scan.at) for scan in _scanned(conduit, MOST_SCANS)])


_READERS: Final[dict[str, Callable[[Conduit], Iterator[Field]]]] = {
    "name": _name,
    "email": _email,
    "serial": _serial,
    "code": _code,
    "state": _states,
    "entries": _entries,
    "private_entries": _private_entries,
    "photos": _photos,
    REGION: _region,
    "scans": _scans,
}


def _words(conduit: Conduit, *visibilities: str) -> list[dict[str, str]]:
    """The owner's own, newest first; of those with photos only, that they are there."""
    mine = conduit.journal.entries.filter(author_person=conduit.owner_id, visibility__in=visibilities)
    return [_at(entry.at, text=entry.body or "A photo.") for entry in mine[:MOST_ENTRIES]]


def _scanned(conduit: Conduit, most: int) -> "list[Event]":
    scans = Event.objects.filter(pico=conduit.pico_id, owner=conduit.owner_id, type=SCANNED)
    return list(scans.filter(sequence__gte=conduit.since).order_by("-sequence")[:most])


def _at(at: Any, **said: str) -> dict[str, str]:
    return {"at": at.isoformat(), **said}
