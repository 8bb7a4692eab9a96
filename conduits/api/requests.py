"""Requests, labels, and who has a conversation in hand."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints
from rest_framework.request import Request as HttpRequest
from rest_framework.response import Response

from api.authentication import company_of, party_of
from api.bodies import Body, Line, MaybeLine, Shown
from api.doors import handles
from api.paging import page
from conduits import assigning, labelling, requests
from conduits.access import access_conduit
from conduits.models import Request
from parties.models import Member


class NewRequest(Body):
    """What is to be settled, in one line."""

    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=requests.LONGEST_TITLE)]


class RequestShown(Shown):
    """A request. `opened_by` and `closed_by` are sides; `by_rule` says whether a rule opened it."""

    id: UUID
    conduit: UUID
    pico: str
    title: str
    status: Literal["open", "closed"]
    opened_by: str
    by_rule: bool
    opened_at: datetime
    closed_by: str | None
    closed_at: datetime | None


class Which(Body):
    """Only those that are open or closed, or of one conduit."""

    status: Literal["open", "closed"] | None = None
    conduit: UUID | None = None
    limit: str = ""
    cursor: str = ""


class Labels(Body):
    """All labels that are on it from now on."""

    labels: list[Line] = Field(max_length=labelling.MOST)


class LabelsShown(Shown):
    """The labels of a conduit."""

    labels: list[str]


class Assignee(Body):
    """A member of yours by e-mail address; empty or null for nobody."""

    member: MaybeLine | None


class AssigneeShown(Shown):
    """Who has it in hand."""

    member: str | None
    name: str | None


@handles("conduits", "company", "person", gives=RequestShown, lists=True, query=("status", "conduit"))
def list_requests(request: HttpRequest) -> Response:
    """The requests of your conduits, newest first; a company's while the conduit is open."""
    which = Which.model_validate(request.query_params.dict())
    rows = Request.objects.seen_by(party_of(request)).select_related("conduit__pico")
    if which.status:
        rows = rows.filter(status=which.status)
    if which.conduit:
        rows = rows.filter(conduit=which.conduit)
    return page(request, rows, lambda row: _shown(row).model_dump(mode="json"))


@handles("conduits", "company", "person", body=NewRequest, gives=RequestShown, status=201)
def open_request(request: HttpRequest, body: NewRequest, conduit_id: UUID) -> Response:
    """Open a request, which both sides see. 409 unless the conduit is open."""
    party = party_of(request)
    conduit = access_conduit(party=party, conduit_id=conduit_id)
    opened = requests.open_request(conduit=conduit, title=body.title, by=requests.By(party))
    return Response(_shown(opened).model_dump(mode="json"), status=201)


@handles("conduits", "company", "person", gives=RequestShown)
def close_request(request: HttpRequest, request_id: UUID) -> Response:
    """It is settled. 409 when it is closed already."""
    party = party_of(request)
    found = requests.access_request(party=party, request_id=request_id)
    requests.close_request(found, by=requests.By(party))
    return Response(_shown(found).model_dump(mode="json"))


@handles("conduits", "company", gives=LabelsShown)
def show_labels(request: HttpRequest, conduit_id: UUID) -> Response:
    """Your labels on a conduit; its owner never sees them."""
    conduit = access_conduit(party=company_of(request), conduit_id=conduit_id)
    return Response({"labels": labelling.labels_of(conduit.labels.all())})


@handles("conduits", "company", body=Labels, gives=LabelsShown)
def set_labels(request: HttpRequest, body: Labels, conduit_id: UUID) -> Response:
    """Say which labels are on it; those that you leave out are taken off."""
    conduit = access_conduit(party=company_of(request), conduit_id=conduit_id)
    return Response({"labels": labelling.set_labels(conduit=conduit, names=body.labels)})


@handles("conduits", "company", gives=AssigneeShown)
def show_assignee(request: HttpRequest, conduit_id: UUID) -> Response:
    """Who has it in hand; its owner never sees it."""
    conduit = access_conduit(party=company_of(request), conduit_id=conduit_id)
    return Response(_assignee(assigning.assignee_of(conduit)))


@handles("conduits", "company", body=Assignee, gives=AssigneeShown)
def set_assignee(request: HttpRequest, body: Assignee, conduit_id: UUID) -> Response:
    """Give it to a member of yours who may answer, or to nobody."""
    company = company_of(request)
    conduit = access_conduit(party=company, conduit_id=conduit_id)
    member = assigning.member_by_email(company, body.member) if body.member else None
    assigning.assign(conduit=conduit, member=member)
    return Response(_assignee(member))


def _assignee(member: Member | None) -> dict[str, str | None]:
    return {"member": member.person.email, "name": member.person.name} if member else {"member": None, "name": None}


def _shown(row: Request) -> RequestShown:
    return RequestShown(
        id=row.pk,
        conduit=row.conduit_id,
        pico=row.conduit.pico.code,
        title=row.title,
        status=row.status,
        opened_by=row.opened_by,
        by_rule=row.opened_rule_id is not None,
        opened_at=row.opened_at,
        closed_by=row.closed_by or None,
        closed_at=row.closed_at,
    )
