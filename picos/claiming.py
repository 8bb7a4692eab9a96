"""Claiming: a person becomes the owner of a pico; or adds a thing whose maker is not here."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from parties.actors import Actor
from parties.errors import RefusedError, StateForbidsError
from parties.models import Person
from picos.codes import new_code
from picos.event_types import CLAIMED
from picos.events import record_event
from picos.models import Event, Pico
from picos.moving import move
from picos.pins import DIGITS, TRIES, is_pin_of, is_written, wants_pin
from picos.turns import take_turn

UNCLAIMED = (Pico.Status.MINTED, Pico.Status.ACTIVE)


def claim_pico(*, pico: Pico, person: Person, pin: str = "") -> Event:
    """Makes the person the owner, and returns the event. Must run inside the transaction that opens the conduit.

    Raises StateForbidsError when it has an owner or is retired, RefusedError for a missing or wrong PIN.
    """
    take_turn(pico.pk)
    if pico.status not in UNCLAIMED:
        raise StateForbidsError(_why_not(pico, person))
    if wants_pin(pico) and not is_pin_of(pico, pin):
        raise RefusedError(_wrong_pin(pico, pin), field="pin")
    changes = {"owner": person, "claimed_at": timezone.now()}
    if not move(pico=pico, target=Pico.Status.CLAIMED, owned_by=None, **changes):
        message = "Somebody claimed it a moment ago."
        raise StateForbidsError(message)
    return record_event(CLAIMED, pico=pico, actor=Actor.of_person(person))


def use_up_pin_try(*, pico: Pico, pin: str) -> None:
    """Counts a try before the PIN is looked at, outside the claim's transaction, so that its rollback gives none back.

    What cannot be a PIN is no try. Raises StateForbidsError once all are used up.
    """
    if not is_written(pin) or not wants_pin(pico):
        return
    with transaction.atomic():
        take_turn(pico.pk)
        counted = Pico.objects.filter(pk=pico.pk, pin_tries__lt=TRIES).update(pin_tries=F("pin_tries") + 1)
    if not counted:
        message = f"Claiming this is locked after {TRIES} wrong PINs. Its maker can help."
        raise StateForbidsError(message)


def give_pin_tries_back(*, pico: Pico) -> None:
    """Its maker lets people try again, after too many wrong PINs."""
    Pico.objects.filter(pk=pico.pk).update(pin_tries=0)


def add_own_thing(*, person: Person, name: str, company_name: str = "") -> Pico:
    """A pico for a thing whose maker is not here: it belongs to the person from the start."""
    with transaction.atomic():
        pico = Pico.objects.create(
            code=new_code(),
            status=Pico.Status.CLAIMED,
            owner=person,
            claimed_at=timezone.now(),
            name=name,
            company_name=company_name,
        )
        record_event(CLAIMED, pico=pico, actor=Actor.of_person(person))
    return pico


def _wrong_pin(pico: Pico, pin: str) -> str:
    if not pin.strip():
        return "Claiming this takes the PIN that came with it."
    if not is_written(pin):
        return f"A PIN has {DIGITS} figures."
    wrong = "This PIN is not the one that came with it."
    left = TRIES - Pico.objects.values_list("pin_tries", flat=True).get(pk=pico.pk)
    if not left:
        return f"{wrong} After {TRIES} wrong ones it is locked; its maker can help."
    return f"{wrong} {left} more {'try' if left == 1 else 'tries'}."


def _why_not(pico: Pico, person: Person) -> str:
    if pico.status == Pico.Status.RETIRED:
        return "This one is retired."
    return "It is yours already." if pico.owner_id == person.pk else "It belongs to somebody already."
