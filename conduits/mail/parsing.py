"""What a mail says: who wrote it, to which addresses, in which words, with which photos; and whether a person wrote it.

A mail is anybody's bytes, so nothing of it is taken at its word, and each part has a bound.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from typing import Final

from django.core.files.uploadedfile import SimpleUploadedFile

from conduits.mail.markup import text_of

MOST_BYTES: Final = 32 * 1024 * 1024
MOST_PARTS: Final = 100
# Python's parser holds each line against the boundaries of all parts that it may lie in. So their product is bounded,
# at some seconds; a mail of the largest photos has 900,000 lines' ends in six parts, where ends are two bytes.
MOST_LINES: Final = 1_000_000
MOST_LOOKS: Final = 10_000_000
LONGEST_HEADER: Final = 20_000
LONGEST_TEXT: Final = 100_000
# In these stands to whom it went, all but the first two as mail servers note it.
_TO: Final = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
_BULK: Final = {"bulk", "junk", "list", "auto_reply"}


class UnreadableError(ValueError):
    """These bytes are no mail."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as far as it is looked at."""

    # SHA-256 of its Message-ID, or of all of it where it has none.
    digest: bytes
    message_id: str
    sender: str
    recipients: Sequence[str]
    subject: str
    # All that it says, with what it quotes; see quoting.py.
    text: str
    photos: "Sequence[SimpleUploadedFile]"
    # What else is attached, by name.
    others: Sequence[str]
    # Why a program wrote it; empty if a person did.
    automatic: str


def parse(raw: bytes) -> Mail:
    """The mail in these bytes (RFC 5322, MIME). Raises UnreadableError for what is none, too large, or long to read."""
    if len(raw) > MOST_BYTES:
        raise UnreadableError("it is too large")
    if _takes_long(raw):
        raise UnreadableError("it has too many lines")
    try:
        return _read(raw)
    except UnreadableError:
        raise
    except Exception as error:  # each part of the email package raises its own, RecursionError among them
        raise UnreadableError("it cannot be read") from error


def _read(raw: bytes) -> Mail:
    message = message_from_bytes(raw)
    if "From" not in message:
        raise UnreadableError("it says from nobody")
    message_id = _header(message, "Message-ID").strip()[:500]
    parts = list(_parts(message))
    inside = "".join(_string(part) for part in parts if part.get_content_type() == "text/html")
    photos = [part for part in parts if _is_photo(part, inside)]
    return Mail(
        digest=hashlib.sha256(message_id.encode() if message_id else raw).digest(),
        message_id=message_id,
        sender=next(_addresses(message, "From"), ""),
        recipients=list(_addresses(message, *_TO)),
        subject=_decoded(_header(message, "Subject"))[:200],
        text=_text(parts),
        photos=[SimpleUploadedFile(_name(part), _payload(part)) for part in photos],
        others=[_name(part) for part in parts if part.get_filename() and part not in photos and not _is_image(part)],
        automatic=_automatic(message),
    )


def _takes_long(raw: bytes) -> bool:
    lines = raw.count(b"\n") + raw.count(b"\r")
    low = raw.lower()
    around = low.count(b"multipart/") + low.count(b"message/")
    return lines > MOST_LINES or lines * around > MOST_LOOKS


def _automatic(message: Message) -> str:
    """What shows that no person wrote it: RFC 3834, bounces (RFC 3464), mailing lists."""
    if _header(message, "Auto-Submitted").partition(";")[0].strip().lower() not in {"", "no"}:
        return "it was sent automatically"
    if message.get_content_type() in {"multipart/report", "message/delivery-status"}:
        return "it is a report about another mail"
    if _header(message, "Return-Path").strip() == "<>":
        return "it is a bounce"
    if _header(message, "Precedence").strip().lower() in _BULK or "List-Id" in message or "X-Autoreply" in message:
        return "it was sent to many"
    return ""


def _parts(message: Message) -> Iterator[Message]:
    """The parts that are no containers, in order; those of a mail that is attached are that mail's own."""
    for number, part in enumerate(message.walk()):
        if number >= MOST_PARTS:
            return
        if not part.is_multipart():
            yield part


def _text(parts: Sequence[Message]) -> str:
    """The first plain text, or what the first HTML says."""
    for kind in ("text/plain", "text/html"):
        for part in parts:
            if part.get_content_type() == kind and part.get_content_disposition() != "attachment":
                said = _string(part)
                return said if kind == "text/plain" else text_of(said)
    return ""


def _string(part: Message) -> str:
    payload = _payload(part)[: 4 * LONGEST_TEXT]
    try:
        text = payload.decode(part.get_content_charset() or "utf-8", "replace")
    except (LookupError, UnicodeError):
        text = payload.decode("utf-8", "replace")
    return _clean(text)[:LONGEST_TEXT]


def _is_photo(part: Message, inside: str) -> bool:
    """An image that is sent along, and none that the HTML shows, as the logo of a signature."""
    shown = (part.get("Content-ID") or "").strip("<> ")
    return _is_image(part) and not (shown and f"cid:{shown}" in inside)


def _is_image(part: Message) -> bool:
    return part.get_content_maintype() == "image"


def _name(part: Message) -> str:
    return _clean(_decoded(part.get_filename() or "")).replace("\n", " ").replace("/", " ")[:60] or "a photo"


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _header(message: Message, name: str) -> str:
    return str(message.get(name) or "")[:LONGEST_HEADER]


def _addresses(message: Message, *names: str) -> Iterator[str]:
    written = [str(one)[:LONGEST_HEADER] for name in names for one in message.get_all(name, [])[:20]]
    return (address.lower() for _, address in getaddresses(written) if "@" in address)


def _decoded(written: str) -> str:
    try:
        return str(make_header(decode_header(written)))
    except (LookupError, ValueError):
        return written


def _clean(text: str) -> str:
    """What can be kept: no NUL, no half of a surrogate pair, one kind of line's end."""
    text = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    return text.encode("utf-8", "ignore").decode()
