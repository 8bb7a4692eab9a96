"""Releasing: the owner gives a thing up, and whoever has it next can claim it."""

from parties.actors import Actor
from parties.errors import StateForbidsError
from parties.models import Person
from picos.channels import revoke_channels
from picos.event_types import RELEASED
from picos.events import record_event
from picos.models import Pico
from picos.moving import let_go, move
from picos.offers import withdraw_offers


def release_pico(*, pico: Pico, owner: Person) -> None:
    """Nobody owns it any more; all tries at its PIN are there again. In the transaction and turn that close its
    conduit.

    Raises StateForbidsError while it is lost, or for a thing without a maker, which nobody could claim.
    """
    if pico.product_id is None:
        refusal = "Its maker is not here, so nobody could claim it again. Give it to somebody, or retire it."
        raise StateForbidsError(refusal)
    # Still with its owner, who reads it among what happened to their thing.
    record_event(RELEASED, pico=pico, actor=Actor.of_person(owner))
    if not move(pico=pico, target=Pico.Status.ACTIVE, owned_by=owner, pin_tries=0, **let_go(pico)):
        refusal = why_not(pico)
        raise StateForbidsError(refusal)
    withdraw_offers(pico)
    revoke_channels(pico)


def why_not(pico: Pico) -> str:
    """Why an owner cannot part with it now."""
    lost = Pico.objects.filter(pk=pico.pk, status=Pico.Status.LOST).exists()
    return "It is reported lost. Say first that it is back." if lost else "It is not yours any more."
