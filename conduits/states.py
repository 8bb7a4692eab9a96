"""A company's side of state values: its own through an open conduit, and of the owner's what the gate lets it read."""

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from conduits import gate
from conduits.access import current_conduit
from conduits.models import Conduit
from conduits.models.conduit import Grant
from conduits.reading import Reader, open_for
from parties.actors import Actor
from parties.errors import StateForbidsError
from parties.models import Company
from picos import states
from picos.models import Event, Pico, State
from picos.turns import take_turn


@transaction.atomic
def set_companys_state(
    *, pico: Pico, company: Company, key: str, value: Any, actor: Actor | None = None, cause: Event | None = None
) -> State:
    """As `set_state`; of an owned pico through an open conduit only, else StateForbidsError: its owner reads it."""
    _hold_open(pico)
    return states.set_state(pico=pico, party=company, key=key, value=value, actor=actor, cause=cause)


@transaction.atomic
def delete_companys_state(*, pico: Pico, company: Company, key: str) -> None:
    """As `delete_state`, and as above."""
    _hold_open(pico)
    states.delete_state(pico=pico, party=company, key=key)


def read_states(*, pico: Pico, reader: Reader) -> QuerySet[State]:
    """The company's own values, and the owner's if they are granted, which is logged."""
    return states.states_of(pico, owner=_granted(pico, reader) is not None, company=True)


def read_changes(*, pico: Pico, reader: Reader, key: str) -> QuerySet[Event]:
    """Each change of its own value under the key, and of the owner's if they are granted, which is logged."""
    passing = Q(data__namespace=State.Namespace.COMPANY)
    if conduit := _granted(pico, reader):
        passing |= Q(data__namespace=State.Namespace.OWNER, owner=conduit.owner_id, sequence__gte=conduit.since)
    return states.changes_of(pico, key).filter(passing)


def _granted(pico: Pico, reader: Reader) -> Conduit | None:
    """The conduit through which the owner's values pass; who is not granted them asks for its own alone."""
    conduit = current_conduit(pico)
    if not gate.decide_grant(conduit, Grant.STATE).passes:
        return None
    # Once more under the lock: what its owner took back since stays so.
    return open_for(pico=pico, reader=reader, what="state", decide=partial(gate.decide_grant, grant=Grant.STATE))


def _hold_open(pico: Pico) -> None:
    """Takes the pico's turn, as pausing and claiming do, and only then looks."""
    take_turn(pico.pk)
    if not Pico.objects.filter(pk=pico.pk).exclude(owner=None).exists():
        return
    decision = gate.decide_read(current_conduit(pico))
    if not decision.passes:
        message = f"You cannot change it now: {decision.reason}."
        raise StateForbidsError(message)
