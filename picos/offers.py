"""Secrets for one somebody: making, finding and withdrawing them. Shown once, stored as a SHA-256."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.http import Http404
from django.utils import timezone

from parties.errors import RefusedError
from picos.models import Invitation, Offer, Pico, Transfer

AnyOffer = TypeVar("AnyOffer", bound=Offer)

USUAL_DAYS, MOST_DAYS = 7, 30


@dataclass(frozen=True, slots=True)
class Secret:
    """What to hand on, and until when it works."""

    token: str
    expires: datetime


def make_offer(kind: type[AnyOffer], *, pico: Pico, days: int) -> Secret:
    """A new secret, in place of an earlier one of its kind. In the caller's turn. Raises RefusedError for the days."""
    if not 1 <= days <= MOST_DAYS:
        message = f"It can be open for 1 to {MOST_DAYS} days."
        raise RefusedError(message, field="expires_in_days")
    secret = Secret(secrets.token_urlsafe(24), timezone.now() + timedelta(days=days))
    kind.objects.filter(pico=pico).delete()
    kind.objects.create(pico=pico, token_digest=digest_of(secret.token), expires_at=secret.expires)
    return secret


def access_offer(kind: type[AnyOffer], token: str) -> AnyOffer:
    """The open offer with this secret. Raises Http404 for one that is unknown, expired, withdrawn or used, alike."""
    offers = kind.objects.select_related("pico__product__company", "pico__owner")
    offer: AnyOffer | None = offers.filter(token_digest=digest_of(token), expires_at__gt=timezone.now()).first()
    if offer is None:
        raise Http404
    return offer


def open_offer(kind: type[AnyOffer], pico: Pico) -> AnyOffer | None:
    """The one that waits to be accepted, without its secret."""
    offer: AnyOffer | None = kind.objects.filter(pico=pico, expires_at__gt=timezone.now()).first()
    return offer


def transfer_url(token: str) -> str:
    """The page on which the next owner accepts."""
    return f"{settings.PUBLIC_URL}/transfers/{token}"


def invitation_url(token: str) -> str:
    """The page on which the maker accepts."""
    return f"{settings.PUBLIC_URL}/invitations/{token}"


def withdraw_offer(kind: type[Offer], pico: Pico) -> bool:
    """Whether its owner had such an offer out, which works no more. In the turn: who became its owner while the caller
    waited for it may have made one, too, and that one stays.
    """
    withdrawn, _ = kind.objects.filter(pico=pico, pico__owner=pico.owner_id).delete()
    return bool(withdrawn)


def withdraw_offers(pico: Pico) -> None:
    """None of its secrets works any more."""
    for kind in (Transfer, Invitation):
        kind.objects.filter(pico=pico).delete()


def digest_of(token: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(token.encode(errors="replace")).digest()
