"""Picos: seeing, adding, claiming, losing; and what happened to them."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.dateparse import parse_datetime
from pydantic import AfterValidator, StringConstraints
from rest_framework.request import Request
from rest_framework.response import Response

from api.authentication import party_of
from api.bodies import Body, Flag, Line, MaybeLine, Shown, storable, storable_json
from api.doors import handles
from api.paging import page
from conduits import gate
from conduits.access import current_conduit
from conduits.api.readers import is_company, person_of, reader_of
from conduits.api.terms import Proffered
from conduits.models import Conduit
from conduits.models.conduit import Grant
from conduits.opening import add_thing_with_journal, claim_and_open
from conduits.reading import open_for, read_events
from parties.errors import RefusedError
from picos import losing
from picos.access import access_owned_pico, access_pico, find_pico
from picos.claiming import give_pin_tries_back
from picos.codes import read_as_code
from picos.models import Event, Pico
from picos.qr import url_of

Message = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), AfterValidator(storable)
]


class PicoProduct(Shown):
    """The product of a pico, in short."""

    id: UUID
    name: str
    sku: str
    gtin: str
    company: str


class PicoShown(Shown):
    """A pico. `conduit` and `claimed_at` are there for its owner; for its company while the conduit is open, not in a
    list.
    """

    code: str
    url: str
    serial: str
    status: str
    product: PicoProduct | None
    batch: UUID | None
    name: str | None = None
    company_name: str | None = None
    claimed_at: datetime | None = None
    conduit: UUID | None = None


class NewThing(Body):
    """A thing whose maker is not here."""

    name: Line
    company_name: MaybeLine = ""


class Claim(Body):
    """What claiming takes."""

    pin: Annotated[str, StringConstraints(max_length=20)] = ""
    proffer: Proffered | None = None


class Claimed(Shown):
    """The conduit of the claim: its id, what the company may see, and the hash of its terms; null while it waits."""

    conduit: UUID
    status: str
    grants: list[str]
    terms: str | None


class LostReport(Body):
    """What the page tells a finder."""

    message: Message
    contact: MaybeLine = ""
    show_contact: Flag = False


class EventShown(Shown):
    """An event."""

    id: UUID
    type: str
    at: datetime
    data: dict[str, Any]
    actor: str
    cause: UUID | None
    root: UUID
    depth: int


@handles("picos", "company", "person", gives=PicoShown, lists=True, query=("product", "batch", "status", "q"))
def list_picos(request: Request) -> Response:
    """Your picos, newest first; `q` is the beginning of a serial or code. To a company, a lost one is a claimed one."""
    owners = not is_company(request)
    rows = _filtered(request, Pico.objects.with_product().visible_to(party_of(request)), owners=owners)
    if owners:
        current = Conduit.objects.current().filter(pico=OuterRef("pk"))
        rows = rows.annotate(line=Subquery(current.values("pk")[:1]))
    return page(request, rows, lambda pico: _listed(pico, owners=owners))


@handles("picos", "person", body=NewThing, gives=PicoShown, status=201)
def add_thing(request: Request, body: NewThing) -> Response:
    """Add a thing whose maker is not here; it is yours from the start."""
    pico = add_thing_with_journal(person=person_of(request), name=body.name, company_name=body.company_name)
    return Response(shown_pico(pico, None).model_dump(mode="json"), status=201)


@handles("picos", "company", "person", gives=PicoShown)
def show_pico(request: Request, code: str) -> Response:
    """One pico; a company sees of a claimed one what the conduit lets through."""
    pico = access_pico(viewer=party_of(request), code=code)
    conduit: Conduit | None
    if is_company(request):
        conduit = open_for(pico=pico, reader=reader_of(request), what="pico") if pico.claimed else None
    else:
        conduit = current_conduit(pico)
    return Response(shown_pico(pico, conduit, owners=not is_company(request)).model_dump(mode="json"))


@handles("picos", "person", body=Claim, gives=Claimed)
def claim(request: Request, body: Claim, code: str) -> Response:
    """Become the owner, under the terms that you offer here or else with each claim. 409 if somebody is; 422 without
    the PIN that came with it, where one is needed.
    """
    proposal = body.proffer.proposal() if body.proffer else None
    conduit = claim_and_open(pico=find_pico(code), person=person_of(request), pin=body.pin, proposal=proposal)
    terms = conduit.terms.sha256 if conduit.terms else None
    claimed = Claimed(conduit=conduit.pk, status=conduit.status, grants=conduit.grants, terms=terms)
    return Response(claimed.model_dump(mode="json"))


@handles("picos", "company", gives=PicoShown)
def unlock(request: Request, code: str) -> Response:
    """Let people try the PIN again, after five wrong ones locked the claim."""
    pico = access_pico(viewer=party_of(request), code=code)
    give_pin_tries_back(pico=pico)
    return Response(shown_pico(pico, None, owners=False).model_dump(mode="json"))


@handles("picos", "person", body=LostReport, gives=PicoShown)
def report_lost(request: Request, body: LostReport, code: str) -> Response:
    """From now on its page tells finders your message."""
    pico = access_owned_pico(owner=person_of(request), code=code)
    losing.report_lost(pico=pico, **body.model_dump())
    return Response(shown_pico(pico, current_conduit(pico)).model_dump(mode="json"))


@handles("picos", "person", body=LostReport, gives=PicoShown)
def reword_loss(request: Request, body: LostReport, code: str) -> Response:
    """Change what its page tells finders. 409 unless it is reported lost."""
    pico = access_owned_pico(owner=person_of(request), code=code)
    losing.reword_loss(pico=pico, **body.model_dump())
    return Response(shown_pico(pico, current_conduit(pico)).model_dump(mode="json"))


@handles("picos", "person", gives=PicoShown)
def report_recovered(request: Request, code: str) -> Response:
    """It is back."""
    pico = access_owned_pico(owner=person_of(request), code=code)
    losing.report_recovered(pico=pico)
    return Response(shown_pico(pico, current_conduit(pico)).model_dump(mode="json"))


@handles("picos", "company", "person", gives=EventShown, lists=True, query=("type", "since"))
def list_events(request: Request, code: str) -> Response:
    """What happened to it, in order; `since` is a time. A company reads what the owner's grants let through."""
    pico = access_pico(viewer=party_of(request), code=code)
    if is_company(request):
        rows = read_events(pico=pico, reader=reader_of(request))
        told: Callable[[Event], dict[str, Any]] = partial(gate.passing_data, conduit=current_conduit(pico))
    else:
        told = _all_data
        rows = Event.objects.filter(pico=pico, owner=person_of(request)).exclude(gate.kept_from_owner())
    if wanted := request.query_params.get("type"):
        rows = rows.filter(type=_storable(wanted, "type"))
    if since := request.query_params.get("since"):
        rows = rows.filter(at__gt=_time(since))
    return page(request, rows, lambda event: shown_event(event, told(event)).model_dump(mode="json"), by="sequence")


def shown_event(event: Event, data: dict[str, Any]) -> EventShown:
    """An event as the API shows it, with what of its data passes."""
    return EventShown(
        id=event.pk,
        type=event.type,
        at=event.at,
        data=data,
        actor=event.actor_kind,
        cause=event.cause_id,
        root=event.root_id,
        depth=event.depth,
    )


def _all_data(event: Event) -> dict[str, Any]:
    return dict(event.data)


def shown_pico(pico: Pico, conduit: Conduit | None, *, owners: bool = True) -> PicoShown:
    """A pico as the API shows it, to its owner or (`owners` off) to its company."""
    product = pico.product
    mine = pico.owner_id is not None and (owners or conduit is not None)
    told = owners or (conduit is not None and gate.grants(conduit, Grant.SCANS))
    return PicoShown(
        code=pico.code,
        url=url_of(pico),
        serial=pico.serial,
        status=Pico.Status.CLAIMED if pico.status == Pico.Status.LOST and not told else pico.status,
        product=PicoProduct(
            id=product.pk, name=product.name, sku=product.sku, gtin=product.gtin, company=product.company.name
        )
        if product
        else None,
        batch=pico.batch_id,
        name=(pico.name or None) if owners else None,
        company_name=pico.company_name or None,
        claimed_at=pico.claimed_at if mine else None,
        conduit=conduit.pk if conduit else None,
    )


def _listed(pico: Pico, *, owners: bool) -> dict[str, Any]:
    line = {"conduit": getattr(pico, "line", None)}
    return shown_pico(pico, None, owners=owners).model_copy(update=line).model_dump(mode="json")


def _filtered(request: Request, rows: "QuerySet[Pico]", *, owners: bool) -> "QuerySet[Pico]":
    asked = request.query_params
    if product := asked.get("product"):
        rows = rows.filter(product=_uuid(product, "product"))
    if batch := asked.get("batch"):
        rows = rows.filter(batch=_uuid(batch, "batch"))
    if status := asked.get("status"):
        rows = rows.filter(status__in=_statuses(status, owners=owners))
    if typed := asked.get("q"):
        begins = Q(serial__startswith=_storable(typed, "q"))
        if code := read_as_code(typed):
            begins |= Q(code__startswith=code)
        rows = rows.filter(begins)
    return rows


def _statuses(asked: str, *, owners: bool) -> list[str]:
    if asked not in Pico.Status.values:
        message = f"A status is one of {', '.join(Pico.Status.values)}."
        raise RefusedError(message, field="status")
    if owners:
        return [asked]
    hidden: dict[str, list[str]] = {Pico.Status.CLAIMED: [Pico.Status.CLAIMED, Pico.Status.LOST], Pico.Status.LOST: []}
    return hidden.get(asked, [asked])


def _uuid(text: str, field: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        message = "This is no id."
        raise RefusedError(message, field=field) from error


def _storable(text: str, field: str) -> str:
    try:
        return str(storable_json(text[:100]))
    except ValueError as error:
        raise RefusedError(str(error), field=field) from error


def _time(text: str) -> datetime:
    message = "A time is RFC 3339, such as 2026-11-21T16:40:00Z."
    try:
        at = parse_datetime(text.replace(" ", "+"))
        if at and at.tzinfo:
            return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise RefusedError(message, field="since") from error
    raise RefusedError(message, field="since")
