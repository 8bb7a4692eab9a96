"""Signatures of outgoing messages: Standard Webhooks 1.0.0, symmetric (`v1`)."""

import base64
import hashlib
import hmac
import secrets as randomness
from collections.abc import Sequence
from typing import Final

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - the notation, not a secret
SECRET_BYTES: Final = 32  # the standard asks for 24 to 64
USER_AGENT: Final = "Pico-Conduit (Standard Webhooks 1.0.0)"


def new_secret() -> str:
    """Make a signing secret in the standard's notation: `whsec_` and the base64 of 32 random bytes."""
    return SECRET_PREFIX + base64.b64encode(randomness.token_bytes(SECRET_BYTES)).decode()


def sign(*, message_id: str, timestamp: int, body: bytes, secrets: Sequence[str]) -> str:
    """Sign `{id}.{timestamp}.{body}` with each secret and return the value of `webhook-signature`.

    Several signatures, with a space between, let a receiver go from one secret to the next while both are in force.
    The timestamp is in Unix seconds; receivers refuse one that is five minutes off, so sign anew for each attempt.
    Raises ValueError without secrets, for a secret that is empty or not base64, and for an id with a full stop, which
    could make two messages sign alike.
    """
    if not secrets:
        raise ValueError("A message needs at least one secret to be signed with.")
    if "." in message_id:
        raise ValueError("A message's id must not contain a full stop.")
    content = f"{message_id}.{timestamp}.".encode() + body
    return " ".join(f"v1,{_signature(secret, content)}" for secret in secrets)


def headers_for(*, message_id: str, timestamp: int, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """Return every header that one attempt at a JSON message carries. Raises ValueError as `sign` does."""
    return {
        "content-type": "application/json",
        "user-agent": USER_AGENT,
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(message_id=message_id, timestamp=timestamp, body=body, secrets=secrets),
    }


def _signature(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    if not key:
        raise ValueError("A secret must not be empty.")
    return base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
