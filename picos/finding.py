"""Finders: a message to the owner of a thing, relayed so that neither side sees the other's address."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from live.announcing import announce
from live.tokens import topic
from parties.actors import ANONYMOUS
from parties.errors import StateForbidsError, TooManyError
from parties.models import Person
from picos.event_types import FOUND
from picos.events import record_event
from picos.models import Finder, FinderMessage, Notice, Pico
from picos.notices import notify
from picos.offers import digest_of
from picos.turns import take_turn

# How many first messages one visitor, and all together, may write about one thing within the window.
PER_VISITOR = 3
PER_PICO = 20
WINDOW = timedelta(minutes=10)
# How many messages one finder's conversation can hold.
PER_FINDER = 50


def write_to_owner(*, pico: Pico, visitor: bytes, message: str, contact: str = "") -> tuple[Finder, str]:
    """Relays a finder's first message. Returns the finder and the secret with which they come back for the answer.

    Raises StateForbidsError when nobody owns it, TooManyError beyond the caps.
    """
    token = secrets.token_urlsafe(24)
    with transaction.atomic():
        # Taking turns makes the caps exact when many write at once; and it is the owner of now who is told.
        take_turn(pico.pk)
        pico = Pico.objects.with_product().get(pk=pico.pk)
        if not pico.claimed or pico.owner is None:
            refusal = "Nobody has claimed this one, so there is nobody to tell."
            raise StateForbidsError(refusal)
        _check_caps(pico, visitor)
        finder = Finder.objects.create(
            pico=pico, owner=pico.owner, token_digest=digest_of(token), contact=contact, visitor=visitor
        )
        FinderMessage.objects.create(finder=finder, from_finder=True, body=message)
        # Neither the words nor the contact go into the event: companies' rules see events, and this is none of theirs.
        record_event(FOUND, pico=pico, actor=ANONYMOUS, data={"finder": str(finder.pk)})
        _tell(pico.owner, pico, f"A finder wrote: {message}")
    return finder, token


@transaction.atomic
def write_again(*, finder: Finder, from_finder: bool, body: str) -> FinderMessage:
    """A further message of either side; the finder's open page hears of it.

    Raises TooManyError when the conversation is full, StateForbidsError when the thing has left its owner since.
    """
    Finder.objects.select_for_update().get(pk=finder.pk)
    if not Pico.objects.filter(pk=finder.pico_id, owner=finder.owner_id).exists():
        refusal = "It has changed hands since, so nobody reads this any more."
        raise StateForbidsError(refusal)
    if finder.messages.count() >= PER_FINDER:
        refusal = "This conversation is full."
        raise TooManyError(refusal, retry_after=24 * 3600)
    if from_finder:
        _tell(finder.owner, finder.pico, f"The finder wrote: {body}")
    announce(topic("finder", finder.pk))
    return FinderMessage.objects.create(finder=finder, from_finder=from_finder, body=body)


def access_finder(token: str) -> Finder:
    """The conversation that a finder's secret opens. Raises Http404."""
    finder = Finder.objects.select_related("pico__product__company").filter(token_digest=digest_of(token)).first()
    if finder is None:
        raise Http404
    return finder


def _tell(owner: Person, pico: Pico, text: str) -> None:
    """Of what is lost, the owner may want to hear at any hour."""
    is_lost = pico.status == Pico.Status.LOST
    notify(person=owner, pico=pico, text=text, kind=Notice.Kind.FINDER, urgent=is_lost)


def _check_caps(pico: Pico, visitor: bytes) -> None:
    recent = [
        bytes(by)
        for by in pico.finders.filter(created_at__gt=timezone.now() - WINDOW).values_list("visitor", flat=True)
    ]
    if len(recent) >= PER_PICO or recent.count(visitor) >= PER_VISITOR:
        refusal = "You have written about this already. Its owner has your message; write again in a few minutes."
        raise TooManyError(refusal, retry_after=int(WINDOW.total_seconds()))
