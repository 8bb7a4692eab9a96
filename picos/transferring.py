"""Transferring: the owner gives a secret to somebody, who becomes the next owner with it."""

from django.db import transaction
from django.utils import timezone

from parties.actors import Actor
from parties.errors import StateForbidsError
from parties.models import Person
from picos.channels import revoke_channels
from picos.event_types import TRANSFERRED
from picos.events import record_event
from picos.models import Event, Pico, Transfer
from picos.offers import USUAL_DAYS, Secret, access_offer, make_offer, withdraw_offer, withdraw_offers
from picos.turns import take_turn


@transaction.atomic
def offer_transfer(*, pico: Pico, owner: Person, days: int = USUAL_DAYS) -> Secret:
    """A secret for the next owner, in place of an earlier one.

    Raises StateForbidsError while it is lost, or when the owner owns it no more; RefusedError unless for 1 to 30 days.
    """
    take_turn(pico.pk)
    check_transferable(Pico.objects.get(pk=pico.pk), owner)
    return make_offer(Transfer, pico=pico, days=days)


@transaction.atomic
def withdraw_transfer(*, pico: Pico) -> None:
    """The secret works no more. Raises StateForbidsError when its owner has none out."""
    take_turn(pico.pk)
    if not withdraw_offer(Transfer, pico):
        refusal = "It is not offered to anybody."
        raise StateForbidsError(refusal)


def take_transfer(*, token: str, person: Person) -> Pico:
    """The pico that the secret is about, in its turn: nobody else can accept it until the caller's transaction ends.

    Raises Http404 for a secret that does not work (any more), StateForbidsError while it is lost or for its owner.
    """
    # Which turn to take is known only now; and what was withdrawn or accepted while we waited for it is gone.
    take_turn(access_offer(Transfer, token).pico_id)
    pico = access_offer(Transfer, token).pico
    if pico.owner_id == person.pk:
        refusal = "It is yours already."
        raise StateForbidsError(refusal)
    check_transferable(pico, pico.owner)
    return pico


def hand_over(*, pico: Pico, person: Person) -> Event:
    """Makes the person its next owner, in the transaction of `take_transfer`. Returns the event, which is theirs."""
    now, name = timezone.now(), "" if pico.product_id else pico.name
    withdraw_offers(pico)
    revoke_channels(pico)
    Pico.objects.filter(pk=pico.pk, status=Pico.Status.CLAIMED).update(owner=person, claimed_at=now, name=name)
    pico.owner, pico.claimed_at, pico.name = person, now, name
    return record_event(TRANSFERRED, pico=pico, actor=Actor.of_person(person))


def check_transferable(pico: Pico, owner: Person | None) -> None:
    """Raises StateForbidsError unless it is this owner's, and not lost."""
    if pico.status == Pico.Status.LOST:
        refusal = "It is reported lost. Say first that it is back."
        raise StateForbidsError(refusal)
    if owner is None or pico.owner_id != owner.pk or pico.status != Pico.Status.CLAIMED:
        refusal = "It is not yours any more."
        raise StateForbidsError(refusal)
