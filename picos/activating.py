"""Activating: a copy leaves its maker, sold or given out, and waits for its owner."""

from django.db import transaction

from parties.actors import Actor
from parties.errors import StateForbidsError
from parties.models import Company, Person
from picos.event_types import ACTIVATED
from picos.events import record_event
from picos.models import Pico
from picos.moving import move
from picos.retiring import why_not_its_maker
from picos.turns import take_turn


@transaction.atomic
def activate_pico(*, pico: Pico, company: Company, agent: Person | None = None) -> None:
    """Marks a copy that was only minted. Claiming does not ask for it. Raises StateForbidsError for any other."""
    take_turn(pico.pk)
    if not move(pico=pico, target=Pico.Status.ACTIVE, owned_by=None):
        raise StateForbidsError(why_not_its_maker(pico))
    record_event(ACTIVATED, pico=pico, actor=Actor.of_company(company, agent))
