"""Reporting a thing lost, and getting it back."""

from django.db import transaction
from django.utils import timezone

from parties.actors import Actor
from parties.errors import StateForbidsError
from parties.models import Person
from picos.event_types import LOST, RECOVERED
from picos.events import record_event
from picos.models import Loss, Pico
from picos.moving import move
from picos.turns import take_turn


@transaction.atomic
def report_lost(*, pico: Pico, message: str, contact: str = "", show_contact: bool = False) -> Loss:
    """From now on the page tells finders `message`, and `contact` too if it is to be shown.

    Raises StateForbidsError unless its owner has it.
    """
    take_turn(pico.pk)
    owner = _owner(pico)
    if not move(pico=pico, target=Pico.Status.LOST, owned_by=owner):
        refusal = "It is reported lost already."
        raise StateForbidsError(refusal)
    loss = Loss.objects.create(pico=pico, message=message, contact=contact, show_contact=show_contact)
    record_event(LOST, pico=pico, actor=Actor.of_person(owner))
    return loss


@transaction.atomic
def reword_loss(*, pico: Pico, message: str, contact: str = "", show_contact: bool = False) -> None:
    """What its page tells finders from now on. Raises StateForbidsError unless it is reported lost."""
    take_turn(pico.pk)
    words = {"message": message, "contact": contact, "show_contact": show_contact}
    if not Loss.objects.filter(pico=pico, pico__owner=pico.owner_id, recovered_at=None).update(**words):
        refusal = "It is not reported lost."
        raise StateForbidsError(refusal)


@transaction.atomic
def report_recovered(*, pico: Pico) -> None:
    """It is back: the page no longer says it is lost. Raises StateForbidsError unless it was."""
    take_turn(pico.pk)
    owner = _owner(pico)
    if not move(pico=pico, target=Pico.Status.CLAIMED, owned_by=owner):
        refusal = "It is not reported lost."
        raise StateForbidsError(refusal)
    Loss.objects.filter(pico=pico, recovered_at=None).update(recovered_at=timezone.now())
    record_event(RECOVERED, pico=pico, actor=Actor.of_person(owner))


def current_loss(pico: Pico) -> Loss | None:
    """What its page says while it is lost."""
    return pico.losses.filter(recovered_at=None).first() if pico.status == Pico.Status.LOST else None


def _owner(pico: Pico) -> Person:
    if pico.owner is None:
        refusal = "Nobody owns it."
        raise StateForbidsError(refusal)
    return pico.owner
