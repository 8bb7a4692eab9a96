"""A mail as it was received (RFC 5322), from whatever takes in mail for the address for replies."""

import hashlib
from collections.abc import Sequence
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any, Final

from mailparser_reply import EmailReplyParser

from conduits.connectors.absent import verify
from conduits.connectors.inbox import Arrived, Reply
from conduits.connectors.reply_addresses import is_ours, message_of, messages_named
from conduits.connectors.texts import as_text

__all__ = ["parse", "read_mail", "tokens_of", "verify"]

# Where the address is that it was sent to, whoever handled it on its way.
_FIELDS: Final = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to")
_LANGUAGES: Final = ["en", "de", "fr", "es", "it", "nl", "pl", "da", "sv"]
# Longer ones are cut before anything looks for quotations in them.
LONGEST: Final = 100_000


def parse(config: Any, arrived: Arrived) -> Sequence[Reply]:
    """What was written above the quotation, if it answers one of our mails and a person wrote it. Raises ValueError."""
    del config
    mail = read_mail(arrived.body)
    token = next((token for token in tokens_of(mail) if is_ours(token, arrived.secrets)), None)
    if token is None or _is_automatic(mail):
        return []
    text = _words(mail)
    return [Reply(id=_id(mail, arrived.body), text=text, in_reply_to=f"msg_{message_of(token).hex}")]


def read_mail(raw: bytes) -> EmailMessage:
    """Raises ValueError for what has no header of a mail."""
    mail = BytesParser(policy=policy.default).parsebytes(raw)
    if not mail.keys():
        raise ValueError("It is no mail.")
    return mail


def tokens_of(mail: EmailMessage) -> list[bytes]:
    """Those in the addresses that it was sent to."""
    return messages_named(_header(mail, name) for name in _FIELDS)


def _is_automatic(mail: EmailMessage) -> bool:
    """An absence note, a bounce, a list (RFC 3834 section 2 and 5): answering for somebody is no program's to do."""
    submitted = _header(mail, "auto-submitted").partition(";")[0].strip().lower()
    return (
        submitted not in {"", "no"}
        or _header(mail, "precedence").strip().lower() in {"bulk", "junk", "list", "auto_reply"}
        or _header(mail, "return-path").strip() == "<>"
        or mail.get_content_type() == "multipart/report"
        or bool(_header(mail, "x-autoreply") or _header(mail, "x-autorespond"))
    )


def _words(mail: EmailMessage) -> str:
    part = mail.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    try:
        content = part.get_content()
    except (LookupError, ValueError, KeyError):
        # A charset that nobody knows.
        payload = part.get_payload(decode=True)
        content = payload.decode(errors="replace") if isinstance(payload, bytes) else ""
    text = str(content)[:LONGEST].replace("\r\n", "\n")
    text = as_text(text) if part.get_content_type() == "text/html" else text
    return str(EmailReplyParser(languages=_LANGUAGES).parse_reply(text=text) or "").strip()


def _id(mail: EmailMessage, raw: bytes) -> str:
    named = _header(mail, "message-id").strip()
    return f"mail/{hashlib.sha256(named.encode() if named else raw).hexdigest()}"


def _header(mail: EmailMessage, name: str) -> str:
    """All of them; what cannot even be parsed counts as empty."""
    try:
        return ", ".join(str(value) for value in mail.get_all(name) or [])
    except (ValueError, IndexError, AttributeError, LookupError):
        return ""
