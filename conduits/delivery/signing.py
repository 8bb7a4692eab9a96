"""Signatures of outgoing messages: Standard Webhooks 1.0.0, symmetric (`v1`) and on request asymmetric (`v1a`)."""

import base64
import secrets as randomness
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - the notation, not a secret
PRIVATE_PREFIX: Final = "whsk_"
PUBLIC_PREFIX: Final = "whpk_"
JSON: Final = "application/json"
SECRET_BYTES: Final = 32  # the standard asks for 24 to 64
USER_AGENT: Final = "Pico-Conduit (Standard Webhooks 1.0.0)"


def new_secret() -> str:
    """Make a signing secret in the standard's notation: `whsec_` and the base64 of 32 random bytes."""
    return SECRET_PREFIX + base64.b64encode(randomness.token_bytes(SECRET_BYTES)).decode()


def new_signing_key() -> str:
    """Make an ed25519 key in the standard's notation: `whsk_` and the base64 of the private key and its public one."""
    key = Ed25519PrivateKey.generate()
    return PRIVATE_PREFIX + base64.b64encode(key.private_bytes_raw() + key.public_key().public_bytes_raw()).decode()


def public_key_of(signing_key: str) -> str:
    """Return the key that verifies: `whpk_` and the base64 of its 32 bytes."""
    public = _private_key(signing_key).public_key().public_bytes_raw()
    return PUBLIC_PREFIX + base64.b64encode(public).decode()


def sign(
    *, message_id: str, timestamp: int, body: bytes, secrets: Sequence[str], signing_keys: Sequence[str] = ()
) -> str:
    """Sign `{id}.{timestamp}.{body}` with each secret and key and return the value of `webhook-signature`.

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
    signatures = [f"v1,{_signature(secret, content)}" for secret in secrets]
    return " ".join([*signatures, *(f"v1a,{_ed25519_signature(key, content)}" for key in signing_keys)])


def headers_for(
    *,
    message_id: str,
    timestamp: int,
    body: bytes,
    secrets: Sequence[str],
    signing_keys: Sequence[str] = (),
    content_type: str = JSON,
) -> dict[str, str]:
    """Return every header that one attempt at a JSON message carries. Raises ValueError as `sign` does."""
    signature = sign(message_id=message_id, timestamp=timestamp, body=body, secrets=secrets, signing_keys=signing_keys)
    return {
        "content-type": content_type,
        "user-agent": USER_AGENT,
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature,
    }


def _signature(secret: str, content: bytes) -> str:
    code = _mac(secret).copy()
    code.update(content)
    return base64.b64encode(code.finalize()).decode()


@lru_cache(maxsize=1024)
def _mac(secret: str) -> HMAC:
    """To be copied: it has taken the key in, which is half the work."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    if not key:
        raise ValueError("A secret must not be empty.")
    return HMAC(key, SHA256())


def _ed25519_signature(signing_key: str, content: bytes) -> str:
    return base64.b64encode(_private_key(signing_key).sign(content)).decode()


@lru_cache(maxsize=1024)
def _private_key(signing_key: str) -> Ed25519PrivateKey:
    """The first 32 bytes are the seed; the public key may follow, as libsodium has it."""
    raw = base64.b64decode(signing_key.removeprefix(PRIVATE_PREFIX), validate=True)
    return Ed25519PrivateKey.from_private_bytes(raw[:32])
