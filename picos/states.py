"""Setting and reading a pico's state values. An owner's and its company's keys are apart; each changes only its own."""

import re
from typing import Any, Final

import rfc8785
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from api.bodies import storable
from parties.actors import Actor
from parties.errors import RefusedError, StateForbidsError
from parties.models import Company, Person
from picos.event_types import STATE_CHANGED
from picos.events import record_event
from picos.models import Event, Pico, State
from picos.turns import take_turn

KEY: Final = re.compile(r"[a-z][a-z0-9_.-]{0,49}")
MOST_BYTES: Final = 1024
DEEPEST: Final = 4
# Beyond it programs disagree about a number's last digits.
LARGEST: Final = 10**15
# Of one side, on one pico.
MOST_KEYS: Final = 100

Namespace = State.Namespace


@transaction.atomic
def set_state(
    *, pico: Pico, party: Company | Person, key: str, value: Any, actor: Actor | None = None, cause: Event | None = None
) -> State:
    """Sets the value in the party's own namespace; an equal one again changes nothing and records no event.

    `value` is JSON but not null, MOST_BYTES at most as RFC 8785 writes it, nested DEEPEST deep. `actor` is the party
    itself, unless a rule of its sets the value on an event. Raises RefusedError for a wrong key or value,
    StateForbidsError beyond MOST_KEYS, Http404 when the pico is not the party's any more.
    """
    check_key(key)
    canonical = canonical_value(value)
    take_turn(pico.pk)
    mine = _mine(pico, party)
    row = mine.filter(key=key).first()
    if row and rfc8785.dumps(row.value) == canonical:
        return row
    if row is None and mine.count() >= MOST_KEYS:
        message = f"There are {MOST_KEYS} values already. Take one away first; nothing was changed."
        raise StateForbidsError(message)
    old = row.value if row else None
    if row:
        row.value, row.at = value, timezone.now()
        row.save(update_fields=["value", "at"])
    else:
        row = State.objects.create(pico=pico, key=key, value=value, at=timezone.now(), **_whose(party))
    _record(pico, party, actor, cause, key=key, value=value, old=old)
    return row


@transaction.atomic
def delete_state(*, pico: Pico, party: Company | Person, key: str) -> None:
    """Takes the party's own value away. Raises Http404 when there is none."""
    check_key(key)
    take_turn(pico.pk)
    row = _mine(pico, party).filter(key=key).first()
    if row is None:
        raise Http404
    row.delete()
    _record(pico, party, None, None, key=key, value=None, old=row.value)


def states_of(pico: Pico, *, owner: bool, company: bool) -> QuerySet[State]:
    """The values of its owner of now, its company's, or both."""
    wanted = Q(pk=None)
    if owner and pico.owner_id:
        wanted |= Q(namespace=Namespace.OWNER, owner=pico.owner_id)
    if company:
        wanted |= Q(namespace=Namespace.COMPANY)
    return State.objects.filter(wanted, pico=pico)


def changes_of(pico: Pico, key: str) -> QuerySet[Event]:
    """Each change of a value under this key, of both sides and of all owners: its caller says who may see which."""
    check_key(key)
    return Event.objects.filter(pico=pico, type=STATE_CHANGED, data__key=key)


def check_key(key: str) -> None:
    """Raises RefusedError for what is no key."""
    if not KEY.fullmatch(key):
        message = "A key has at most 50 of a–z, 0–9, dot, hyphen and underline, and begins with a letter."
        raise RefusedError(message, field="key")


def canonical_value(value: Any) -> bytes:
    """The value as RFC 8785 writes it. Raises RefusedError for one that cannot be kept."""
    if value is None:
        message = "Null is no value. To take a value away, delete it."
        raise RefusedError(message, field="value")
    try:
        _check(value, DEEPEST)
        written = rfc8785.dumps(value)
    except ValueError as error:
        message = f"This value cannot be kept: {error}."
        raise RefusedError(message, field="value") from error
    if len(written) > MOST_BYTES:
        message = f"A value has at most {MOST_BYTES} bytes; this one has {len(written)}."
        raise RefusedError(message, field="value")
    return written


def _mine(pico: Pico, party: Company | Person) -> QuerySet[State]:
    """The party's own values, in the pico's turn: it may have changed hands meanwhile."""
    if not Pico.objects.visible_to(party).filter(pk=pico.pk).exists():
        raise Http404
    return State.objects.filter(pico=pico, **_whose(party))


def _whose(party: Company | Person) -> dict[str, Any]:
    if isinstance(party, Person):
        return {"namespace": Namespace.OWNER, "owner": party}
    return {"namespace": Namespace.COMPANY, "owner": None}


def _record(pico: Pico, party: Company | Person, actor: Actor | None, cause: Event | None, **change: Any) -> None:
    """The event names the owner of now; `pico` may have been read before its turn."""
    current = Pico.objects.with_product().get(pk=pico.pk)
    party_itself = Actor.of_person(party) if isinstance(party, Person) else Actor.of_company(party)
    data = {"namespace": str(_whose(party)["namespace"])} | change
    record_event(STATE_CHANGED, pico=current, actor=actor or party_itself, data=data, cause=cause)


def _check(value: Any, depth: int) -> None:
    match value:
        case str():
            storable(value)
        case bool() | None:
            pass
        case int() | float() if not abs(value) <= LARGEST:
            raise ValueError("a number in it has more than 15 digits")
        case dict() | list() if depth == 0:
            raise ValueError(f"it is nested more than {DEEPEST} deep")
        case dict():
            for key, inner in value.items():
                storable(key)
                _check(inner, depth - 1)
        case list():
            for inner in value:
                _check(inner, depth - 1)
