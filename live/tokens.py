"""What a page may listen to: a topic, signed by the web process and checked by the live process."""

import time
from typing import Final, NamedTuple
from uuid import UUID

from django.core import signing

# A page that stays open longer has to be loaded again (seconds).
VALID_FOR: Final = 12 * 60 * 60
_SALT: Final = "live"


class Token(NamedTuple):
    """What its holder may hear, and since when (Unix time) the page is as it is."""

    topic: str
    since: float


def topic(kind: str, party_or_journal: UUID, side: str = "") -> str:
    """The name under which a change is announced, such as `journal:<id>:owner`."""
    return ":".join(part for part in (kind, str(party_or_journal), side) if part)


def token_for(topic: str) -> str:
    """A token that lets its holder hear the topic's bell, made as the page reads what it shows."""
    return signing.dumps([topic, round(time.time(), 3)], salt=_SALT, compress=False)


def read_token(token: str) -> Token | None:
    """What a token says, or None when it is forged, too old, or of an earlier layout."""
    try:
        return Token(*signing.loads(token, salt=_SALT, max_age=VALID_FOR))
    except (signing.BadSignature, TypeError):
        return None
