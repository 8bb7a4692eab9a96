"""A pass's code: 8 of the symbols that codes have, in two groups: 40 bits, good for one company, once, for a while."""

import re
import secrets
from typing import Final
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac

from picos.codes import ALPHABET, read_as_code

SYMBOLS: Final = 8
_WRITTEN: Final = re.compile(rf"[{ALPHABET}]{{{SYMBOLS}}}")


def new_code() -> str:
    """A random code from the system's generator."""
    return "".join(secrets.choice(ALPHABET) for _ in range(SYMBOLS))


def hashes(typed: str, company_id: UUID) -> list[bytes]:
    """What is kept of a code, as it was typed: any case, with hyphens or spaces, I or L for 1, O for 0.

    The first is how it is kept now, the others under earlier keys; none for what cannot be a code. Keyed, as whoever
    had the table could try all codes, and with the company, so that it is nothing to another one.
    """
    code = read_as_code(typed[:50])
    if not _WRITTEN.fullmatch(code):
        return []
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    said = f"{company_id}:{code}"
    return [salted_hmac("conduits.passes", said, secret=key, algorithm="sha256").digest() for key in keys]
