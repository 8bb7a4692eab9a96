"""Claim PINs: six digits that came in the box. None is stored; each follows from its batch's sealed key.

So a leaked table of a million picos holds no PIN, and the batch's export can still print them.
"""

import hashlib
import hmac
import re
import secrets
from functools import lru_cache

from parties.vault import open_sealed, seal
from picos.models import Batch, Pico

DIGITS = 6
TRIES = 5
_WRITTEN = re.compile(f"[0-9]{{{DIGITS}}}")


def new_pin_key() -> str:
    """A sealed key for the PINs of one batch."""
    return seal(secrets.token_hex(32))


def pin_of(batch: Batch, code: str) -> str:
    """The PIN of one code of a batch that has them."""
    key = _opened(batch.pin_key)
    number = int.from_bytes(hmac.digest(key, code.encode(), hashlib.sha256)[:8])
    return f"{number % 10**DIGITS:0{DIGITS}}"


@lru_cache(maxsize=16)
def _opened(sealed: str) -> bytes:
    """A million rows of an export share one key."""
    return bytes.fromhex(open_sealed(sealed))


def wants_pin(pico: Pico) -> bool:
    """Whether claiming this pico takes a PIN."""
    return bool(pico.batch and pico.batch.pin_key)


def is_written(pin: str) -> bool:
    """Whether it could be a PIN at all; spaces between do not count."""
    return _WRITTEN.fullmatch(_plain(pin)) is not None


def is_pin_of(pico: Pico, pin: str) -> bool:
    """Compares in constant time."""
    return pico.batch is not None and hmac.compare_digest(pin_of(pico.batch, pico.code).encode(), _plain(pin).encode())


def _plain(pin: str) -> str:
    return "".join(pin.split())
