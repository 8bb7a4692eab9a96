"""Connectors: a CRM's or helpdesk's own API at your end."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints
from rest_framework.request import Request
from rest_framework.response import Response

from api.authentication import company_of
from api.bodies import Body, Shown, storable_json
from api.doors import handles
from api.paging import page
from conduits.access import access_connector
from conduits.connectors import setting_up
from conduits.delivery import endpoints, switching
from conduits.models import Connector, Endpoint
from rules.api.endpoints import EventNames, Products, TestQueued
from rules.subscriptions import (
    add_subscribed_connector,
    change_connector,
    remove_connector,
    subscribed_events,
    subscribed_products,
)


def entered(config: dict[str, Any]) -> dict[str, Any]:
    """JSON that can be kept; its kind says more. Raises ValueError."""
    storable_json(config)
    return config


Config = Annotated[dict[str, Any], Field(max_length=40), AfterValidator(entered)]


class NewConnector(Body):
    """A connector to add. `config` is as docs/connectors.md has it; without `events` the usual ones go there."""

    kind: Annotated[str, StringConstraints(max_length=20)]
    config: Config
    events: EventNames | None = None
    products: Products = []


class ChangedConnector(Body):
    """What changes from now on; what is left out stays, also within `config`."""

    config: Config = {}
    events: EventNames | None = None
    products: Products | None = None


class ConnectorShown(Shown):
    """A connector, its `config` without the secrets. `error` is what was last wrong, and empty when it works."""

    id: UUID
    kind: str
    config: dict[str, Any]
    events: list[str]
    products: list[UUID]
    status: str
    disabled_reason: str
    error: str
    error_at: datetime | None
    worked_at: datetime | None
    received_at: datetime | None
    failing_since: datetime | None
    next_probe_at: datetime | None
    inbound_url: str
    created_at: datetime


class ConnectorWithSecrets(ConnectorShown):
    """A new connector. `inbound_url` with its key, and the `secret` of Standard Webhooks, are shown this once."""

    secret: str


class InboundAddress(Shown):
    """The address for what comes in, with a new key; shown this once."""

    id: UUID
    inbound_url: str


@handles("webhooks", "company", body=NewConnector, gives=ConnectorWithSecrets, status=201)
def add_connector(request: Request, body: NewConnector) -> Response:
    """Add a connector. 422 for what its kind does not take, and for an address that is not public."""
    connector, key, secret = add_subscribed_connector(
        company=company_of(request),
        kind=body.kind,
        config=body.config,
        events=body.events or (),
        products=body.products,
    )
    shown = _shown(connector).model_dump() | {"inbound_url": setting_up.inbound_url(connector, key)}
    return Response(ConnectorWithSecrets(**shown, secret=secret).model_dump(mode="json"), status=201)


@handles("webhooks", "company", gives=ConnectorShown, lists=True)
def list_connectors(request: Request) -> Response:
    """Your connectors, newest first."""
    mine = Endpoint.objects.filter(company=company_of(request), deleted_at=None).exclude(kind="")
    shown = mine.select_related("connector", "subscription__version")
    return page(request, shown, lambda endpoint: _json(endpoint.connector))


@handles("webhooks", "company", gives=ConnectorShown)
def show_connector(request: Request, connector_id: UUID) -> Response:
    """One connector."""
    return Response(_json(_mine(request, connector_id)))


@handles("webhooks", "company", body=ChangedConnector, gives=ConnectorShown)
def put_connector(request: Request, body: ChangedConnector, connector_id: UUID) -> Response:
    """Change what was entered, and which events go there, a new version of its rule."""
    connector = _mine(request, connector_id)
    change_connector(connector, config=body.config, events=body.events, products=body.products)
    return Response(_json(_mine(request, connector_id)))


@handles("webhooks", "company", status=204)
def delete_connector(request: Request, connector_id: UUID) -> Response:
    """Delete the connector and its subscription; its log stays, and so does what it wrote over there."""
    remove_connector(_mine(request, connector_id))
    return Response(status=204)


@handles("webhooks", "company", gives=TestQueued, status=202)
def test_connector(request: Request, connector_id: UUID) -> Response:
    """See whether it lets us in; ask for the delivery to see how that went."""
    delivery = endpoints.send_test(_mine(request, connector_id).endpoint)
    return Response(TestQueued(delivery=delivery.pk).model_dump(mode="json"), status=202)


@handles("webhooks", "company", gives=InboundAddress)
def rotate_connector(request: Request, connector_id: UUID) -> Response:
    """A new key for its address; the one before ends at once."""
    connector = _mine(request, connector_id)
    url = setting_up.inbound_url(connector, setting_up.new_key(connector))
    return Response(InboundAddress(id=connector.pk, inbound_url=url).model_dump(mode="json"))


@handles("webhooks", "company", gives=ConnectorShown)
def enable_connector(request: Request, connector_id: UUID) -> Response:
    """Write there again; what waited goes first."""
    connector = _mine(request, connector_id)
    switching.enable(connector.endpoint)
    return Response(_json(connector))


@handles("webhooks", "company", gives=ConnectorShown)
def disable_connector(request: Request, connector_id: UUID) -> Response:
    """Switch it off: nothing goes there or comes from there, and what is to go there waits."""
    connector = _mine(request, connector_id)
    setting_up.switch_off(connector)
    return Response(_json(connector))


def _mine(request: Request, connector_id: UUID) -> Connector:
    return access_connector(company=company_of(request), connector_id=connector_id)


def _shown(connector: Connector) -> ConnectorShown:
    endpoint = connector.endpoint
    return ConnectorShown(
        id=connector.pk,
        kind=endpoint.kind,
        config=connector.config,
        events=subscribed_events(endpoint),
        products=subscribed_products(endpoint),
        status=endpoint.status,
        disabled_reason=endpoint.disabled_reason,
        error=connector.error,
        error_at=connector.error_at,
        worked_at=connector.worked_at,
        received_at=connector.received_at,
        failing_since=endpoint.failing_since,
        next_probe_at=endpoint.probe_at,
        inbound_url=setting_up.inbound_url(connector),
        created_at=endpoint.created_at,
    )


def _json(connector: Connector) -> dict[str, object]:
    return _shown(connector).model_dump(mode="json")
