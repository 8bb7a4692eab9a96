"""Checking that a message is genuine: Standard Webhooks 1.0.0, symmetric signatures (`v1`)."""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping

TOLERANCE = 5 * 60
PREFIX = "whsec_"


def is_genuine(headers: Mapping[str, str], body: bytes, secret: str, *, now: float | None = None) -> bool:
    """Whether one of the signatures is the secret's, and the message neither old nor from the future (seconds)."""
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit()) or "." in message_id or not message_id:
        return False
    if abs((time.time() if now is None else now) - int(timestamp)) > TOLERANCE:
        return False
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256)
    expected = f"v1,{base64.b64encode(signed).decode()}".encode()
    given = headers.get("webhook-signature", "").encode(errors="replace").split()
    return any(hmac.compare_digest(expected, one) for one in given)
