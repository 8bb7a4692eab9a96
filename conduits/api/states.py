"""A pico's state values: reading both sides', setting one's own."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db.models import Q
from rest_framework.request import Request
from rest_framework.response import Response

from api.authentication import company_of, party_of
from api.bodies import Body, Shown
from api.doors import handles
from api.paging import page
from conduits.api.readers import is_company, person_of, reader_of
from conduits.states import delete_companys_state, read_changes, read_states, set_companys_state
from picos import states
from picos.access import access_owned_pico, access_pico
from picos.models import Event, State


class NewValue(Body):
    """Any JSON but null: at most 1,024 bytes in its canonical form (RFC 8785), nested 4 deep, numbers up to 10¹⁵."""

    value: Any


class StateShown(Shown):
    """A value. `namespace` is whose it is."""

    namespace: Literal["owner", "company"]
    key: str
    value: Any
    at: datetime


class ChangeShown(Shown):
    """A change of a value; `value` is null where it was taken away, `old` where there was none."""

    event: UUID
    namespace: Literal["owner", "company"]
    key: str
    value: Any
    old: Any
    at: datetime


@handles("picos", "company", "person", gives=StateShown, lists=True)
def list_states(request: Request, code: str) -> Response:
    """The values: an owner's own and the company's; a company's own and, with the grant `state`, the owner's."""
    pico = access_pico(viewer=party_of(request), code=code)
    if is_company(request):
        rows = read_states(pico=pico, reader=reader_of(request))
    else:
        rows = states.states_of(pico, owner=True, company=True)
    return page(request, rows, lambda state: _shown(state).model_dump(mode="json"))


@handles("picos", "company", "person", body=NewValue, gives=StateShown)
def set_state(request: Request, body: NewValue, code: str, key: str) -> Response:
    """Set a value of your own; an equal one again is no change. To an owner a company needs an open conduit (409)."""
    pico = access_pico(viewer=party_of(request), code=code)
    if is_company(request):
        state = set_companys_state(pico=pico, company=company_of(request), key=key, value=body.value)
    else:
        state = states.set_state(pico=pico, party=person_of(request), key=key, value=body.value)
    return Response(_shown(state).model_dump(mode="json"))


@handles("picos", "company", "person", status=204)
def delete_state(request: Request, code: str, key: str) -> Response:
    """Take a value of your own away."""
    pico = access_pico(viewer=party_of(request), code=code)
    if is_company(request):
        delete_companys_state(pico=pico, company=company_of(request), key=key)
    else:
        states.delete_state(pico=pico, party=person_of(request), key=key)
    return Response(status=204)


@handles("picos", "company", "person", gives=ChangeShown, lists=True)
def list_changes(request: Request, code: str, key: str) -> Response:
    """How the values under this key changed, in order: as far as you may see them, and no earlier owner's times."""
    if is_company(request):
        pico = access_pico(viewer=party_of(request), code=code)
        rows = read_changes(pico=pico, reader=reader_of(request), key=key)
    else:
        owner = person_of(request)
        pico = access_owned_pico(owner=owner, code=code)
        before_any = Q(owner=None, data__namespace=State.Namespace.COMPANY)
        rows = states.changes_of(pico, key).filter(Q(owner=owner) | before_any)
    return page(request, rows, lambda event: _change(event).model_dump(mode="json"), by="sequence")


def _shown(state: State) -> StateShown:
    return StateShown.model_validate(state, from_attributes=True)


def _change(event: Event) -> ChangeShown:
    return ChangeShown(event=event.pk, at=event.at, **event.data)
