"""Retiring: the end of a thing. Its code keeps leading to its page, which says so."""

from parties.actors import Actor
from parties.errors import StateForbidsError
from parties.models import Company, Person
from picos.channels import revoke_channels
from picos.event_types import RETIRED
from picos.events import record_event
from picos.models import Pico
from picos.moving import let_go, move
from picos.offers import withdraw_offers
from picos.releasing import why_not


def retire_pico(*, pico: Pico, by: Company | Person, agent: Person | None = None, **data: str) -> None:
    """For good, by its owner, or by its maker while nobody owns it. In the transaction and turn that close its conduit.

    `data` is the event's. Raises StateForbidsError when it is lost, retired, or not theirs to retire.
    """
    owner = by if isinstance(by, Person) else None
    actor = Actor.of_person(by) if isinstance(by, Person) else Actor.of_company(by, agent)
    # Still with its owner, who reads it among what happened to their thing.
    record_event(RETIRED, pico=pico, actor=actor, data={name: said for name, said in data.items() if said})
    if not move(pico=pico, target=Pico.Status.RETIRED, owned_by=owner, **let_go(pico)):
        raise StateForbidsError(why_not(pico) if owner else why_not_its_maker(pico))
    withdraw_offers(pico)
    revoke_channels(pico)


def why_not_its_maker(pico: Pico) -> str:
    """Why a company cannot change a copy of its own now."""
    status = Pico.objects.values_list("status", flat=True).get(pk=pico.pk)
    if status == Pico.Status.RETIRED:
        return "It is retired already."
    return (
        "It is active already." if status == Pico.Status.ACTIVE else "It belongs to somebody, who alone decides that."
    )
