"""What a browser hands over when it subscribes to push messages, checked before it is kept."""

import base64
import binascii
from collections.abc import Mapping
from typing import Final, TypedDict

from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from conduits.delivery.addresses import AddressRefused, is_public, parse_webhook_url
from parties.errors import RefusedError

_AUTH_BYTES: Final = 16


class Keys(TypedDict):
    """The browser's public key and secret (RFC 8291, section 2), in base64url."""

    p256dh: str
    auth: str


class Subscription(TypedDict):
    """As `PushSubscription.toJSON()` has it, without what we do not need."""

    endpoint: str
    keys: Keys


def subscription(*, endpoint: str, p256dh: str, auth: str) -> Subscription:
    """Raises RefusedError for an address that nothing may be sent to, and for keys that are none.

    Browsers give addresses with https only; http serves an operator who listed the address (PICO_WEBHOOK_ALLOW).
    """
    try:
        there = parse_webhook_url(endpoint, allowed=settings.PICO_WEBHOOK_ALLOW)
    except AddressRefused as refused:
        raise RefusedError(refused.reason, field="endpoint") from refused
    if there.scheme != "https" and (there.address is None or is_public(there.address)):
        raise RefusedError("Use an address that begins with https://.", field="endpoint")
    _check_keys(p256dh, auth)
    return Subscription(endpoint=there.url, keys=Keys(p256dh=p256dh, auth=auth))


def _check_keys(p256dh: str, auth: str) -> None:
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(p256dh))
    except ValueError as error:
        raise RefusedError("This is no key of a browser.", field="p256dh") from error
    try:
        secret = _bytes(auth)
    except ValueError:
        secret = b""
    if len(secret) != _AUTH_BYTES:
        raise RefusedError("This is no secret of a browser.", field="auth")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("not base64url") from error


def parts_of(given: Mapping[str, str]) -> dict[str, str]:
    """The three that `subscription` takes, of a form."""
    return {name: given.get(name, "")[:2048] for name in ("endpoint", "p256dh", "auth")}
