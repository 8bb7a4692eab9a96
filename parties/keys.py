"""Making, checking and revoking keys."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection
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
    now = timezone.now()
    key = _usable(_digest(plain), now)
    if key is None or (key.person and not key.person.is_active):
        return None
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


def _usable(digest: bytes, now: datetime) -> Key | None:
    """With its party. Each request of the API asks this, and a query set takes three times the processor."""
    with connection.cursor() as cursor:
        cursor.execute(_usable_statement(), [digest, now])
        found = cursor.fetchone()
    if found is None:
        return None
    values = iter(found)
    key: Key
    key, company, person = (
        model.from_db(DEFAULT_DB_ALIAS, names, list(islice(values, len(names)))) for model, names in _columns()
    )
    key.company = company if company.pk else None
    key.person = person if person.pk else None
    return key


@cache
def _columns() -> list[tuple[Any, list[str]]]:
    return [(model, [field.attname for field in model._meta.concrete_fields]) for model in (Key, Company, Person)]  # noqa: SLF001 (documented)


@cache
def _usable_statement() -> str:
    wanted = ", ".join(f"{model._meta.db_table}.{name}" for model, names in _columns() for name in names)  # noqa: SLF001
    return f"""
        SELECT {wanted} FROM parties_key
        LEFT JOIN parties_company ON parties_company.id = parties_key.company_id
        LEFT JOIN parties_person ON parties_person.id = parties_key.person_id
        WHERE parties_key.digest = %s AND parties_key.revoked_at IS NULL
          AND (parties_key.expires_at IS NULL OR parties_key.expires_at > %s)
        """  # noqa: S608 (names of our own columns)


def _digest(plain: str) -> bytes:
    return hashlib.sha256(plain.encode()).digest()
