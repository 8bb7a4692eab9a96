"""Addresses that take an answer: `reply+TOKEN@MAIL_DOMAIN`. The token names a row and is signed: none can be guessed,
and nothing that is kept makes one. In capitals it is the same, as mail servers change them.
"""

import base64
import re
from collections.abc import Iterable
from hmac import compare_digest
from typing import Final
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac

from conduits.models import Conduit, ReplyAddress
from conduits.models.mail import VALID_FOR
from journals.models import Entry
from parties.models import Member, Person

# Of the signature (HMAC-SHA256), so that all of it is within the 64 bytes of RFC 5321 section 4.5.3.1.1.
_SIGNED: Final = 12
_TOKEN: Final = re.compile(r"reply\+([a-z2-7]{45})")


def new_address(*, conduit: Conduit, person: Person, member: Member | None = None, entry: Entry | None = None) -> str:
    """An address under which this person answers for VALID_FOR; empty where the server takes no mail in."""
    if not settings.MAIL_DOMAIN:
        return ""
    row = ReplyAddress.objects.create(
        conduit=conduit, person=person, member=member, entry=entry, expires_at=timezone.now() + VALID_FOR
    )
    return address_of(row.pk)


def address_of(address_id: UUID) -> str:
    """The address of this row."""
    token = base64.b32encode(address_id.bytes + _signature(address_id.bytes, settings.SECRET_KEY)).decode()
    return f"reply+{token.rstrip('=').lower()}@{settings.MAIL_DOMAIN}"


def address_among(recipients: Iterable[str]) -> ReplyAddress | None:
    """The first that takes an answer now: genuine, not expired, and its person still that end of the conduit."""
    for recipient in recipients:
        local, _, domain = recipient.lower().rpartition("@")
        found = _TOKEN.fullmatch(local)
        if found and settings.MAIL_DOMAIN and domain == settings.MAIL_DOMAIN and (row := _row(found[1])):
            return row
    return None


def forget_expired() -> None:
    """Deletes what takes nothing any more."""
    ReplyAddress.objects.filter(expires_at__lte=timezone.now()).delete()


def _row(token: str) -> ReplyAddress | None:
    signed = base64.b32decode(token.upper() + "===")
    name, signature = signed[:16], signed[16:]
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    if not any(compare_digest(signature, _signature(name, key)) for key in keys):
        return None
    rows = ReplyAddress.objects.filter(pk=UUID(bytes=name), expires_at__gt=timezone.now(), person__is_active=True)
    row = rows.select_related("person", "member", "entry").first()
    return row if row and (row.member_id or _is_owner(row)) else None


def _is_owner(row: ReplyAddress) -> bool:
    return Conduit.objects.current().filter(pk=row.conduit_id, owner=row.person_id).exists()


def _signature(name: bytes, key: str) -> bytes:
    return salted_hmac("conduits.mail", name, secret=key, algorithm="sha256").digest()[:_SIGNED]
