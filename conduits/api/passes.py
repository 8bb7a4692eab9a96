"""Context passes: what an owner shows in a call, by a code that an agent uses once."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import FileResponse
from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from api.authentication import party_of
from api.bodies import Body, Line, Shown
from api.doors import handles
from api.paging import page
from conduits.access import access_conduit, access_pass
from conduits.api.readers import is_company, person_of, reader_of
from conduits.models import ContextPass
from conduits.passes import making, using
from conduits.passes.fields import fields_of
from conduits.photos import photo_response
from parties.models import Company, Person

MOST_FIELDS = 120


class FieldShown(Shown):
    """Something that can be shown, with its value now; `seen` is sent along to show just that value."""

    name: str
    label: str
    value: Any
    seen: str


class FieldsShown(Shown):
    """All that can be shown now."""

    fields: list[FieldShown]


class NewPass(Body):
    """What to show: names of fields, each with the `seen` that it was given with."""

    show: dict[Annotated[str, Field(max_length=60)], Annotated[str, Field(max_length=64)]] = Field(
        min_length=1, max_length=MOST_FIELDS
    )


class Code(Body):
    """A code, as it was read out."""

    code: Line


class PassShown(Shown):
    """A pass: the receipt of what was shown, for both sides. Values are only in the answer to who may see them now.
    `state` is `ready`, `shown`, `over`, `revoked` or `expired`.
    """

    id: UUID
    conduit: UUID
    pico: str
    fields: list[str]
    state: str
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None
    used_by: str
    shown_until: datetime | None
    revoked_at: datetime | None


class PassMade(PassShown):
    """A new pass; its `code` is told this once."""

    code: str


class PassOpened(PassShown):
    """A pass with what it shows, by name; `values` is null for everybody but who used it, and once it is over."""

    values: dict[str, Any] | None


@handles("conduits", "person", gives=FieldsShown)
def list_fields(request: Request, conduit_id: UUID) -> Response:
    """What you can show an agent in a call, with the values as they would be shown."""
    conduit = access_conduit(party=person_of(request), conduit_id=conduit_id)
    fields = [FieldShown(name=one.name, label=one.label, value=one.value, seen=one.seen) for one in fields_of(conduit)]
    return Response(FieldsShown(fields=fields).model_dump(mode="json"))


@handles("conduits", "person", body=NewPass, gives=PassMade, status=201)
def make_pass(request: Request, body: NewPass, conduit_id: UUID) -> Response:
    """Show these fields to the agent to whom you read the code out: to one, once, for 30 minutes. 409 if a value has
    changed since you saw it, and while no terms hold or the conduit is closed; a paused one does not matter.
    """
    conduit = access_conduit(party=person_of(request), conduit_id=conduit_id)
    made, code = making.make_pass(conduit=conduit, show=body.show)
    return Response(PassMade(**_facts(made), code=code).model_dump(mode="json"), status=201)


@handles("conduits", "person", gives=PassShown)
def revoke_pass(request: Request, pass_id: UUID) -> Response:
    """Take it back, at once: its values are erased. 409 when it is over."""
    shown = access_pass(owner=person_of(request), pass_id=pass_id)
    making.revoke_pass(shown)
    return Response(_json(access_pass(owner=person_of(request), pass_id=pass_id)))


@handles("conduits", "company", body=Code, gives=PassShown)
def use_pass(request: Request, body: Code) -> Response:
    """Use a code that a customer reads out to you. 404 alike for one that is mistyped, used, taken back or too old.
    What it shows is at `GET /passes/{id}`, to this key alone, for 30 minutes.
    """
    return Response(_json(using.use_pass(reader=reader_of(request), code=body.code)))


@handles("conduits", "company", "person", gives=PassShown, lists=True)
def list_passes(request: Request) -> Response:
    """The receipts, newest first: a company's of what it was shown, a person's of what they made."""
    return page(request, _of(party_of(request)), _json)


@handles("conduits", "company", "person", gives=PassOpened)
def show_pass(request: Request, pass_id: UUID) -> Response:
    """One receipt; to the key that used it within 30 minutes with the values, each look at which is logged."""
    if not is_company(request):
        return Response(_opened(access_pass(owner=person_of(request), pass_id=pass_id), None))
    shown = using.access_used(reader=reader_of(request), pass_id=pass_id)
    response = Response(_opened(shown, using.values_for(shown=shown, reader=reader_of(request))))
    response["Cache-Control"] = "no-store"
    return response


@handles("conduits", "company", media="image/jpeg")
def show_photo(request: Request, pass_id: UUID, photo_id: UUID) -> FileResponse:
    """A photo that it shows, as JPEG, to the key that used it."""
    shown = using.access_used(reader=reader_of(request), pass_id=pass_id)
    photo = using.photo_of(shown=shown, reader=reader_of(request), photo_id=photo_id)
    response = photo_response(photo, small=False)
    response["Cache-Control"] = "no-store"
    return response


def _of(party: Company | Person) -> QuerySet[ContextPass]:
    passes = ContextPass.objects.select_related("conduit__pico")
    if isinstance(party, Company):
        return passes.filter(company=party).exclude(used_at=None)
    return passes.filter(conduit__owner=party)


def _facts(shown: ContextPass) -> dict[str, Any]:
    return {
        "id": shown.pk,
        "conduit": shown.conduit_id,
        "pico": shown.conduit.pico.code,
        "fields": shown.fields,
        "state": shown.state,
        "made_at": shown.made_at,
        "expires_at": shown.expires_at,
        "used_at": shown.used_at,
        "used_by": shown.used_by,
        "shown_until": shown.shown_until,
        "revoked_at": shown.revoked_at,
    }


def _json(shown: ContextPass) -> dict[str, Any]:
    return PassShown(**_facts(shown)).model_dump(mode="json")


def _opened(shown: ContextPass, values: dict[str, Any] | None) -> dict[str, Any]:
    return PassOpened(**_facts(shown), values=values).model_dump(mode="json")
