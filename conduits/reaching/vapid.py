"""The key by which push services know this server (VAPID, RFC 8292): made once, kept sealed, shown to browsers."""

import base64
import time
from typing import Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid02

from conduits.models import PushKey
from parties.vault import open_sealed, seal

# RFC 8292, section 2: at most a day.
LASTS: Final = 12 * 3600


def public_key() -> str:
    """What a browser subscribes with, in base64url; the key is made when it is asked for the first time."""
    return _text(bytes(_key().public))


def private_key() -> str:
    """The private number, in base64url. Raises InvalidToken when it cannot be read any more."""
    return open_sealed(_key().sealed)


def authorization(private: str, endpoint: str) -> dict[str, str]:
    """The header that shows a push service who sends; `private` is from private_key()."""
    at = urlsplit(endpoint)
    claims = {"aud": f"{at.scheme}://{at.netloc}", "exp": int(time.time()) + LASTS, "sub": contact()}
    return dict(Vapid02.from_raw(private.encode()).sign(claims))


def contact() -> str:
    """Whom a push service asks when something is wrong (section 2.1): our site, or while it has no TLS, our address."""
    if settings.PUBLIC_URL.startswith("https:"):
        return f"https://{urlsplit(settings.PUBLIC_URL).hostname}"
    return f"mailto:{settings.DEFAULT_FROM_EMAIL.rpartition('<')[2].rstrip('>')}"


def _key() -> PushKey:
    """Several processes may ask for the first time at once; one of them makes it."""
    found = PushKey.objects.first()
    if found is None:
        PushKey.objects.bulk_create([PushKey(**_made())], ignore_conflicts=True)
        found = PushKey.objects.get()
    return found


def _made() -> dict[str, bytes | str]:
    pair = ec.generate_private_key(ec.SECP256R1())
    number = pair.private_numbers().private_value.to_bytes(32, "big")
    public = pair.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return {"public": public, "sealed": seal(_text(number))}


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
