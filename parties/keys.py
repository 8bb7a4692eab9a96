"""Making, checking and revoking keys."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from parties.models import Company, Key, Person

PREFIX = "pico"
# A key's areas; each is "<area>:read" or "<area>:write", writing includes reading, and "*" is all of it.
AREAS = ("products", "picos", "journal", "conduits", "webhooks", "rules", "advisories", "reach")
ALL = "*"
READING = tuple(f"{area}:read" for area in AREAS)
SCOPES = (ALL, *(f"{area}:{access}" for area in AREAS for access in ("read", "write")))
# `last_used_at` tells a day's use, not each request: a write per request would make keys a hot row.
USE_NOTED_EVERY = timedelta(minutes=1)


class UnknownScopeError(ValueError):
    """A scope that no key can have."""


def create_key(*, party: Company | Person, name: str, scopes: Iterable[str] = (ALL,)) -> tuple[Key, str]:
    """A new key and its plain text, which is shown this once and kept nowhere."""
    wanted = sorted(set(scopes))
    if unknown := set(wanted) - set(SCOPES):
        message = f"unknown scope: {', '.join(sorted(unknown))}"
        raise UnknownScopeError(message)
    plain = f"{PREFIX}_{secrets.token_urlsafe(32)}"
    key = Key.objects.create(
        company=party if isinstance(party, Company) else None,
        person=party if isinstance(party, Person) else None,
        name=name,
        prefix=plain[:12],
        digest=_digest(plain),
        scopes=wanted,
    )
    return key, plain


def find_key(plain: str) -> Key | None:
    """The usable key with this plain text, its use noted at most once a minute."""
    key = Key.objects.usable().select_related("company", "person").filter(digest=_digest(plain)).first()
    if key is None or (key.person and not key.person.is_active):
        return None
    now = timezone.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_NOTED_EVERY)
    if key.last_used_at is None or key.last_used_at < now - USE_NOTED_EVERY:
        Key.objects.filter(stale, pk=key.pk).update(last_used_at=now)
    return key


def revoke_key(*, party: Company | Person, key_id: UUID) -> bool:
    """Ends a key of this party at once; False when it has no such key, or it had ended before."""
    owner = Q(company=party) if isinstance(party, Company) else Q(person=party)
    return Key.objects.filter(owner, pk=key_id, revoked_at=None).update(revoked_at=timezone.now()) == 1


def allows(scopes: Sequence[str], area: str, *, write: bool) -> bool:
    """Whether a key with these scopes may read, or write, in the area."""
    return ALL in scopes or f"{area}:write" in scopes or (not write and f"{area}:read" in scopes)


def _digest(plain: str) -> bytes:
    return hashlib.sha256(plain.encode()).digest()
