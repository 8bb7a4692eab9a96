"""Endpoints: where your webhooks go, and which events go there."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints
from rest_framework.request import Request
from rest_framework.response import Response

from api.authentication import company_of
from api.bodies import Body, Flag, Shown
from api.doors import handles
from api.paging import page
from conduits.access import access_endpoint
from conduits.delivery import endpoints, recovering, switching
from conduits.delivery.endpoints import LONGEST_OVERLAP_HOURS
from conduits.delivery.keys import public_key
from conduits.models import Endpoint
from rules.subscriptions import (
    add_subscribed_endpoint,
    change_endpoint,
    remove_endpoint,
    subscribed_events,
    subscribed_products,
)

EventNames = Annotated[list[Annotated[str, StringConstraints(max_length=50)]], Field(min_length=1, max_length=20)]
LIMITS = ("rate_per_second", "concurrency")
Products = Annotated[list[UUID], Field(max_length=100)]
Rate = Annotated[int, Field(ge=1, le=1000, strict=True)]
Concurrency = Annotated[int, Field(ge=1, le=64, strict=True)]


class NewEndpoint(Body):
    """An endpoint to add; `events` are types such as `pico.scanned`, or `*`. `products`: only about their copies.

    `signature`: `v1a` signs with an ed25519 key of the endpoint's own beside the secret.
    """

    url: Annotated[str, StringConstraints(max_length=2048)]
    events: EventNames
    products: Products = []
    ordered: Flag = False
    format: Literal["standard", "cloudevents"] = "standard"
    signature: Literal["v1", "v1a"] = "v1"
    rate_per_second: Rate | None = None
    concurrency: Concurrency | None = None


class ChangedEndpoint(Body):
    """What changes from now on; what is left out stays. No `products` at all: about everything."""

    events: EventNames | None = None
    products: Products | None = None
    ordered: Flag | None = None
    format: Literal["standard", "cloudevents"] | None = None
    signature: Literal["v1", "v1a"] | None = None
    rate_per_second: Rate | None = None
    concurrency: Concurrency | None = None


class EndpointShown(Shown):
    """An endpoint. `public_key` verifies its `v1a` signatures; `next_probe_at` is when one that fails is tried next."""

    id: UUID
    url: str
    events: list[str]
    products: list[UUID]
    ordered: bool
    format: str
    signature: Literal["v1", "v1a"]
    public_key: str | None
    rate_per_second: int | None
    concurrency: int | None
    status: str
    disabled_reason: str
    failing_since: datetime | None
    next_probe_at: datetime | None
    created_at: datetime


class Rotation(Body):
    """For how long the secret before goes on signing; 0 ends it at once."""

    overlap_hours: Annotated[int, Field(ge=0, le=LONGEST_OVERLAP_HOURS, strict=True)] = 24


class NewSecret(Shown):
    """A signing secret, shown this once, and the new key where it has one."""

    id: UUID
    secret: str
    public_key: str | None


class Recovery(Body):
    """Which messages to send again: those of this time that ended like that and did not arrive since."""

    since: AwareDatetime
    until: AwareDatetime | None = None
    states: Annotated[list[Literal["failed", "set_aside", "delivered"]], Field(min_length=1, max_length=3)] = [
        "failed",
        "set_aside",
    ]


class Recovered(Shown):
    """How many new messages wait. With `more`, ask again for those from `next_since` on."""

    queued: int
    more: bool
    next_since: datetime | None


class EndpointWithSecret(EndpointShown):
    """A new endpoint with its signing secret, shown this once."""

    secret: str


class TestQueued(Shown):
    """The test message; ask for the delivery to see its attempts."""

    delivery: UUID


@handles("webhooks", "company", body=NewEndpoint, gives=EndpointWithSecret, status=201)
def add_endpoint(request: Request, body: NewEndpoint) -> Response:
    """Add an endpoint. 422 for an address that is not public."""
    wanted = body.model_dump(exclude={"signature"}) | {"asymmetric": body.signature == "v1a"}
    endpoint, secret = add_subscribed_endpoint(company=company_of(request), **wanted)
    shown = EndpointWithSecret(**_shown(endpoint).model_dump(), secret=secret)
    return Response(shown.model_dump(mode="json"), status=201)


@handles("webhooks", "company", gives=EndpointShown, lists=True)
def list_endpoints(request: Request) -> Response:
    """Your endpoints, newest first."""
    mine = Endpoint.objects.filter(company=company_of(request), deleted_at=None, kind="")
    return page(request, mine.select_related("subscription__version"), _json)


@handles("webhooks", "company", gives=EndpointShown)
def show_endpoint(request: Request, endpoint_id: UUID) -> Response:
    """One endpoint."""
    return Response(_json(_mine(request, endpoint_id)))


@handles("webhooks", "company", body=ChangedEndpoint, gives=EndpointShown)
def put_endpoint(request: Request, body: ChangedEndpoint, endpoint_id: UUID) -> Response:
    """Change which events go there, a new version of its rule, and how. A null limit ends it."""
    endpoint = _mine(request, endpoint_id)
    change_endpoint(endpoint, **_changes(body))
    return Response(_json(endpoint))


@handles("webhooks", "company", status=204)
def delete_endpoint(request: Request, endpoint_id: UUID) -> Response:
    """Delete the endpoint and its subscription; its log stays."""
    remove_endpoint(_mine(request, endpoint_id))
    return Response(status=204)


@handles("webhooks", "company", body=Rotation, gives=NewSecret)
def rotate(request: Request, body: Rotation, endpoint_id: UUID) -> Response:
    """A new secret; the old one signs beside it for a day, or as long as you say."""
    endpoint = _mine(request, endpoint_id)
    secret = endpoints.rotate_secret(endpoint, overlap=timedelta(hours=body.overlap_hours))
    shown = NewSecret(id=endpoint.pk, secret=secret, public_key=public_key(endpoint))
    return Response(shown.model_dump(mode="json"))


@handles("webhooks", "company", body=Recovery, gives=Recovered, status=202)
def recover(request: Request, body: Recovery, endpoint_id: UUID) -> Response:
    """Send a time's messages once more, each as a new one linked to the old."""
    found = recovering.recover(
        _mine(request, endpoint_id), since=body.since, until=body.until, states=list(dict.fromkeys(body.states))
    )
    return Response(Recovered.model_validate(found, from_attributes=True).model_dump(mode="json"), status=202)


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
        products=subscribed_products(endpoint),
        ordered=endpoint.ordered,
        format=endpoint.format,
        signature="v1a" if endpoint.signing_key else "v1",
        public_key=public_key(endpoint),
        rate_per_second=endpoint.rate_per_second,
        concurrency=endpoint.concurrency,
        status=endpoint.status,
        disabled_reason=endpoint.disabled_reason,
        failing_since=endpoint.failing_since,
        next_probe_at=endpoint.probe_at,
        created_at=endpoint.created_at,
    )


def _changes(body: ChangedEndpoint) -> dict[str, Any]:
    """Null is a value of a limit, and leaves anything else as it is."""
    given = {name: getattr(body, name) for name in body.model_fields_set}
    changes = {name: value for name, value in given.items() if value is not None or name in LIMITS}
    if signature := changes.pop("signature", None):
        changes["asymmetric"] = signature == "v1a"
    return changes


def _json(endpoint: Endpoint) -> dict[str, object]:
    return _shown(endpoint).model_dump(mode="json")
