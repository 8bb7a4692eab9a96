"""Addresses that a mail is replied to at: each names a message, and shows that we gave it out.

`answers+TOKEN@in.acme.example` (RFC 5233 calls the part after the plus a detail). A token is the message's id and a
code of it by the connector's own secret, in letters that survive being written in capitals.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Iterable, Sequence
from email.utils import getaddresses
from typing import Final
from uuid import UUID

_CODE_BYTES: Final = 10
_DETAIL: Final = re.compile(r"\+([a-z2-7]{42})@", re.IGNORECASE)


def address_of(address: str, webhook_id: str, secret: str) -> str:
    """Where a reply to this message goes."""
    message = bytes.fromhex(webhook_id.removeprefix("msg_"))
    token = base64.b32encode(message + _code(message, secret)).decode().rstrip("=").lower()
    name, _, domain = address.partition("@")
    return f"{name}+{token}@{domain}"


def messages_named(fields: Iterable[str]) -> list[bytes]:
    """The tokens in address fields, not verified yet."""
    found = []
    for _, address in getaddresses(list(fields)):
        if token := _DETAIL.search(address):
            try:
                found.append(base64.b32decode(f"{token[1].upper()}======"))
            except binascii.Error:
                continue
    return found


def message_of(token: bytes) -> UUID:
    """The message that a token says that it is about."""
    return UUID(bytes=token[:16])


def is_ours(token: bytes, secrets: Sequence[str]) -> bool:
    """Whether one of these secrets made it."""
    return any(hmac.compare_digest(token[16:], _code(token[:16], secret)) for secret in secrets)


def _code(message: bytes, secret: str) -> bytes:
    return hmac.digest(f"reply address/{secret}".encode(), message, "sha256")[:_CODE_BYTES]
