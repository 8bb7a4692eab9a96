"""Channels: an owner opens and revokes them, and whoever has the link uses them."""

import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from api.throttling import seconds_to_wait
from parties.errors import RefusedError, StateForbidsError, TooManyError
from parties.models import Person
from picos.models import Channel, ChannelUse, Pico
from picos.offers import digest_of
from picos.turns import take_turn

LONGEST_DAYS: Final = 365
MOST_USES: Final = 10_000
# Of one thing, at work at a time.
MOST_OPEN: Final = 20
# Uses of one channel: plenty for people, and a leaked link floods nobody.
OPENINGS, OPENINGS_WITHIN = 60, timedelta(minutes=10)
ENTRIES, ENTRIES_WITHIN = 20, timedelta(minutes=10)

# As far as its row tells, apart from its time.
_NOT_ENDED: Final = (Q(most_uses=None) | Q(uses__lt=F("most_uses"))) & Q(revoked_at=None)

Scope = Channel.Scope
What = ChannelUse.What


@transaction.atomic
def open_channel(
    *,
    pico: Pico,
    owner: Person,
    name: str,
    scope: Collection[str],
    expires_in_days: int,
    uses: int | None = None,
    visibility: str = Channel.Visibility.PRIVATE,
) -> tuple[Channel, str]:
    """A new channel and its URL, of which only a hash is kept.

    `expires_in_days` is 1 to LONGEST_DAYS, `uses` up to MOST_USES. Raises RefusedError for a wrong scope, days or
    uses, StateForbidsError beyond MOST_OPEN, Http404 when it is not the person's any more.
    """
    if not scope or set(scope) - set(Scope.values):
        message = f"Choose at least one of {', '.join(Scope.values)}."
        raise RefusedError(message, field="scope")
    if not 1 <= expires_in_days <= LONGEST_DAYS:
        message = f"A link lasts 1 to {LONGEST_DAYS} days."
        raise RefusedError(message, field="expires_in_days")
    if uses is not None and not 1 <= uses <= MOST_USES:
        message = f"A link can be used 1 to {MOST_USES} times, or, left empty, as often as one likes."
        raise RefusedError(message, field="uses")
    take_turn(pico.pk)
    if not Pico.objects.filter(pk=pico.pk, owner=owner).exists():
        raise Http404
    if usable().filter(pico=pico, owner=owner).count() >= MOST_OPEN:
        message = f"There are {MOST_OPEN} links to this thing already. Revoke one first."
        raise StateForbidsError(message)
    token = secrets.token_urlsafe(24)
    channel = Channel.objects.create(
        pico=pico,
        owner=owner,
        name=name,
        scope=[one.value for one in Scope if one.value in scope],
        visibility=visibility,
        token_digest=digest_of(token),
        expires_at=timezone.now() + timedelta(days=expires_in_days),
        most_uses=uses,
    )
    return channel, f"{settings.PUBLIC_URL}/channels/{token}"


def revoke_channel(channel: Channel) -> None:
    """Its link leads nowhere from now on. One that is revoked already stays as it is."""
    Channel.objects.filter(pk=channel.pk, revoked_at=None).update(revoked_at=timezone.now())


def revoke_channels(pico: Pico) -> None:
    """With its owner go the links that they opened, and none comes back with them. In the caller's turn."""
    Channel.objects.filter(pico=pico, revoked_at=None).update(revoked_at=timezone.now())


def access_own_channel(*, owner: Person, pico: Pico, channel_id: UUID) -> Channel:
    """A channel that this owner opened to this thing. Raises Http404."""
    channel = Channel.objects.filter(pk=channel_id, pico=pico, owner=owner).first()
    if channel is None:
        raise Http404
    return channel


def access_channel(token: str) -> Channel:
    """The channel that a link opens. Raises Http404 for one that is unknown, expired, revoked or used up, alike."""
    found = usable().select_related("pico__product__company", "owner")
    channel = found.filter(token_digest=digest_of(token)).first()
    if channel is None:
        raise Http404
    return channel


def open_by_link(channel: Channel) -> None:
    """Logs that its page was opened, and uses it up by one unless it takes entries. Raises TooManyError, Http404."""
    throttle_openings(channel)
    with transaction.atomic():
        _use(channel, What.OPENED, counts=not channel.allows(Scope.ENTRIES))


def throttle_openings(channel: Channel) -> None:
    """Raises TooManyError when it was asked for too much of late; counted also for who is shown nothing of it."""
    _throttle(channel, What.OPENED, most=OPENINGS, within=OPENINGS_WITHIN)


def throttle_entries(channel: Channel) -> None:
    """Raises TooManyError when too much was written through it of late; counted although the entry is refused."""
    _throttle(channel, What.WROTE, most=ENTRIES, within=ENTRIES_WITHIN)


def use_for_entry(channel: Channel) -> None:
    """Uses it up by one and logs it, in the transaction of the entry. Raises Http404 when it does not allow one."""
    if not channel.allows(Scope.ENTRIES):
        raise Http404
    _use(channel, What.WROTE, counts=True)


def usable() -> QuerySet[Channel]:
    """Those whose link leads somewhere now."""
    return Channel.objects.filter(_NOT_ENDED, expires_at__gt=timezone.now(), pico__owner=F("owner"))


def _use(channel: Channel, what: str, *, counts: bool) -> None:
    """Compare and swap: of two at once, one gets the last use."""
    alive = Channel.objects.filter(pk__in=usable().filter(pk=channel.pk).values("pk"))
    # Said again of the row itself: who waited for it is not asked the subquery a second time.
    if not alive.filter(_NOT_ENDED).update(uses=F("uses") + int(counts)):
        raise Http404
    ChannelUse.objects.create(channel=channel, what=what)
    channel.uses += int(counts)


def _throttle(channel: Channel, what: str, *, most: int, within: timedelta) -> None:
    if wait := seconds_to_wait(f"channel:{what}:{channel.pk}", most=most, window=within):
        message = "This link was used very often just now. Nothing was lost; come back in a few minutes."
        raise TooManyError(message, retry_after=wait)
