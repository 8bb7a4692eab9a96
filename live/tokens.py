"""What a page may listen to: a topic, signed by the web process and checked by the live process."""

from typing import Final
from uuid import UUID

from django.core import signing

# A page that stays open longer has to be loaded again (seconds).
VALID_FOR: Final = 12 * 60 * 60
_SALT: Final = "live"


def topic(kind: str, party_or_journal: UUID, side: str = "") -> str:
    """The name under which a change is announced, such as `journal:<id>:owner`."""
    return ":".join(part for part in (kind, str(party_or_journal), side) if part)


def token_for(topic: str) -> str:
    """A token that lets its holder hear the topic's bell."""
    return signing.dumps(topic, salt=_SALT, compress=False)


def topic_of(token: str) -> str | None:
    """The topic of a token, or None when it is forged or too old."""
    try:
        return str(signing.loads(token, salt=_SALT, max_age=VALID_FOR))
    except signing.BadSignature:
        return None
