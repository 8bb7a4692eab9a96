"""Secrets at rest: what must be read again later, such as signing secrets, is stored sealed."""

import base64
from functools import lru_cache
from typing import Final

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_PURPOSE: Final = b"pico-conduit/vault/1"


def seal(text: str) -> str:
    """Encrypt and authenticate a text under the current SECRET_KEY (Fernet); the same text never seals alike twice."""
    return _box().encrypt(text.encode()).decode()


def open_sealed(sealed: str) -> str:
    """Return what was sealed under SECRET_KEY or one of SECRET_KEY_FALLBACKS.

    Raises `cryptography.fernet.InvalidToken` for what was altered, or sealed under a key that is no longer listed.
    """
    return _box().decrypt(sealed.encode()).decode()


def _box() -> MultiFernet:
    return _box_of((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=4)
def _box_of(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    """Derive the vault's own key (HKDF-SHA256, RFC 5869): what Django signs with SECRET_KEY tells nothing about it."""
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE)
    return base64.urlsafe_b64encode(derivation.derive(key.encode()))
