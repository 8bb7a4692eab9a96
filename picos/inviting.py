"""Inviting: the owner of a thing that was added by hand asks its maker in, who learns nothing until it accepts."""

from django.db import transaction

from parties.actors import Actor
from parties.errors import StateForbidsError
from parties.models import Company, Person
from picos.event_types import CONNECTED
from picos.events import record_event
from picos.models import Event, Invitation, Pending, Pico, Product
from picos.offers import USUAL_DAYS, Secret, access_offer, make_offer, withdraw_offer, withdraw_offers
from picos.turns import take_turn


@transaction.atomic
def invite_maker(*, pico: Pico, owner: Person, days: int = USUAL_DAYS) -> Secret:
    """A secret that the owner sends to the maker, in place of an earlier one.

    Raises StateForbidsError when its maker is here, or the owner owns it no more; RefusedError unless for 1 to 30 days.
    """
    take_turn(pico.pk)
    pico = Pico.objects.with_product().get(pk=pico.pk)
    if pico.product:
        refusal = f"{pico.maker} is here already."
        raise StateForbidsError(refusal)
    if pico.owner_id != owner.pk:
        refusal = "It is not yours any more."
        raise StateForbidsError(refusal)
    return make_offer(Invitation, pico=pico, days=days)


@transaction.atomic
def withdraw_invitation(*, pico: Pico) -> None:
    """The secret works no more. Raises StateForbidsError when its owner has none out."""
    take_turn(pico.pk)
    if not withdraw_offer(Invitation, pico):
        refusal = "Nobody is invited."
        raise StateForbidsError(refusal)


def take_invitation(token: str) -> Pico:
    """The pico that the secret is about, in its turn, until the caller's transaction ends. Raises Http404."""
    take_turn(access_offer(Invitation, token).pico_id)
    return access_offer(Invitation, token).pico


def connect_maker(*, pico: Pico, product: Product, company: Company, agent: Person | None = None) -> Event:
    """Makes it a copy of the product, in the transaction of `take_invitation`. Its owner's name for it stays theirs."""
    withdraw_offers(pico)
    Pico.objects.filter(pk=pico.pk, product=None).update(product=product, company_name="")
    pico.product, pico.company_name = product, ""
    # All of a pico's queued events are of one party's share.
    Pending.objects.filter(event__in=Event.objects.filter(pico=pico)).update(party=company.pk)
    return record_event(CONNECTED, pico=pico, actor=Actor.of_company(company, agent))
