"""Endpoints: where your webhooks go, and which events go there."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints
from rest_framework.request import Request
from rest_framework.response import Response

from api.authentication import company_of
from api.bodies import Body, Flag, Shown
from api.doors import handles
from api.paging import page
from conduits import endpoints, switching
from conduits.access import access_endpoint
from conduits.models import Endpoint
from rules.subscriptions import add_subscribed_endpoint, remove_endpoint, resubscribe, subscribed_events

EventNames = Annotated[list[Annotated[str, StringConstraints(max_length=50)]], Field(min_length=1, max_length=20)]


class NewEndpoint(Body):
    """An endpoint to add; `events` are types such as `pico.scanned`, or `*`."""

    url: Annotated[str, StringConstraints(max_length=2048)]
    events: EventNames
    ordered: Flag = False
    format: Literal["standard"] = "standard"


class ChangedEvents(Body):
    """Which events go there from now on."""

    events: EventNames


class EndpointShown(Shown):
    """An endpoint."""

    id: UUID
    url: str
    events: list[str]
    ordered: bool
    status: str
    disabled_reason: str
    created_at: datetime


class NewSecret(Shown):
    """A signing secret, shown this once."""

    id: UUID
    secret: str


class EndpointWithSecret(EndpointShown):
    """A new endpoint with its signing secret, shown this once."""

    secret: str


class TestQueued(Shown):
    """The test message; ask for the delivery to see its attempts."""

    delivery: UUID


@handles("webhooks", "company", body=NewEndpoint, gives=EndpointWithSecret, status=201)
def add_endpoint(request: Request, body: NewEndpoint) -> Response:
    """Add an endpoint. 422 for an address that is not public."""
    endpoint, secret = add_subscribed_endpoint(
        company=company_of(request), url=body.url, events=body.events, ordered=body.ordered
    )
    shown = EndpointWithSecret(**_shown(endpoint).model_dump(), secret=secret)
    return Response(shown.model_dump(mode="json"), status=201)


@handles("webhooks", "company", gives=EndpointShown, lists=True)
def list_endpoints(request: Request) -> Response:
    """Your endpoints, newest first."""
    mine = Endpoint.objects.filter(company=company_of(request), deleted_at=None)
    return page(request, mine.select_related("subscription__version"), _json)


@handles("webhooks", "company", gives=EndpointShown)
def show_endpoint(request: Request, endpoint_id: UUID) -> Response:
    """One endpoint."""
    return Response(_json(_mine(request, endpoint_id)))


@handles("webhooks", "company", body=ChangedEvents, gives=EndpointShown)
def change_events(request: Request, body: ChangedEvents, endpoint_id: UUID) -> Response:
    """Change which events go there: a new version of its rule."""
    endpoint = _mine(request, endpoint_id)
    resubscribe(endpoint, events=body.events)
    return Response(_json(endpoint))


@handles("webhooks", "company", status=204)
def delete_endpoint(request: Request, endpoint_id: UUID) -> Response:
    """Delete the endpoint and its subscription; its log stays."""
    remove_endpoint(_mine(request, endpoint_id))
    return Response(status=204)


@handles("webhooks", "company", gives=NewSecret)
def rotate(request: Request, endpoint_id: UUID) -> Response:
    """A new secret; the old one signs beside it for a day."""
    endpoint = _mine(request, endpoint_id)
    shown = NewSecret(id=endpoint.pk, secret=endpoints.rotate_secret(endpoint))
    return Response(shown.model_dump(mode="json"))


@handles("webhooks", "company", gives=TestQueued, status=202)
def send_test(request: Request, endpoint_id: UUID) -> Response:
    """Send a signed message of type `endpoint.test`."""
    delivery = endpoints.send_test(_mine(request, endpoint_id))
    return Response(TestQueued(delivery=delivery.pk).model_dump(mode="json"), status=202)


@handles("webhooks", "company", gives=EndpointShown)
def enable(request: Request, endpoint_id: UUID) -> Response:
    """Send there again; what waited goes first."""
    endpoint = _mine(request, endpoint_id)
    switching.enable(endpoint)
    return Response(_json(endpoint))


def _mine(request: Request, endpoint_id: UUID) -> Endpoint:
    return access_endpoint(company=company_of(request), endpoint_id=endpoint_id)


def _shown(endpoint: Endpoint) -> EndpointShown:
    return EndpointShown(
        id=endpoint.pk,
        url=endpoint.url,
        events=subscribed_events(endpoint),
        ordered=endpoint.ordered,
        status=endpoint.status,
        disabled_reason=endpoint.disabled_reason,
        created_at=endpoint.created_at,
    )


def _json(endpoint: Endpoint) -> dict[str, object]:
    return _shown(endpoint).model_dump(mode="json")
