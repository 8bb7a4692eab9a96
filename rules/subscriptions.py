"""An endpoint's subscription is a rule: IF one of these events THEN send it to this endpoint.

So there is one way in which an event becomes a message, and the company finds it among its rules.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.db import transaction
from pydantic import ValidationError

from api.wording import said
from conduits import event_types as conduit_events
from conduits.connectors.kinds import kinds
from conduits.connectors.setting_up import add_connector, change_config, forget_secrets
from conduits.delivery.addresses import Network
from conduits.delivery.endpoints import Manner, add_endpoint, change_manner, delete_endpoint, manner_of
from conduits.models import Connector, Endpoint
from journals.event_types import ENTRY_ADDED
from parties.errors import RefusedError
from parties.models import Company
from picos.event_types import LOST, RECOVERED, SCANNED
from rules.event_types import open_to_companies
from rules.language.definition import Definition
from rules.models import Rule
from rules.triggers import types
from rules.writing import (
    current_version,
    definition_of,
    delete_rule,
    hold_rule,
    parse_definition,
    rewrite_rule,
    write_rule,
)

EVERYTHING = "*"
# What a connector gets unless its company says otherwise.
USUAL = (
    *(SCANNED, LOST, RECOVERED, ENTRY_ADDED, conduit_events.NOTE),
    *(conduit_events.REQUEST_OPENED, conduit_events.REQUEST_CLOSED),
)


class InManner(TypedDict, total=False):
    """As `Manner` has it."""

    ordered: bool
    format: str
    asymmetric: bool
    rate_per_second: int | None
    concurrency: int | None


@transaction.atomic
def add_subscribed_endpoint(
    *,
    company: Company,
    url: str,
    events: Sequence[str],
    products: Sequence[UUID] = (),
    allowed: Sequence[Network] = (),
    **manner: Unpack[InManner],
) -> tuple[Endpoint, str]:
    """A new endpoint that gets these types of event (`*` for all), and its secret; otherwise as `add_endpoint`.

    `products`: of copies of these products only.
    """
    endpoint, secret = add_endpoint(company=company, url=url, manner=Manner(**manner), allowed=allowed)
    write_rule(party=company, definition=_definition(endpoint, events, products), subscribes=endpoint)
    return endpoint, secret


@transaction.atomic
def add_subscribed_connector(
    *,
    company: Company,
    kind: str,
    config: Mapping[str, Any],
    events: Sequence[str] = (),
    products: Sequence[UUID] = (),
) -> tuple[Connector, str, str]:
    """A new connector that gets these types of event, or the usual ones; otherwise as `add_connector`."""
    connector, key, secret = add_connector(company=company, kind=kind, config=config)
    definition = _definition(connector.endpoint, events or USUAL, products, name=kinds()[kind].TITLE)
    write_rule(party=company, definition=definition, subscribes=connector.endpoint)
    return connector, key, secret


@transaction.atomic
def resubscribe(
    endpoint: Endpoint, *, events: Sequence[str] | None = None, products: Sequence[UUID] | None = None
) -> None:
    """The endpoint gets these types of event, of these products, from now on; no products at all: of everything.

    What is None stays, and so does the rest of its rule. Raises RefusedError.
    """
    rule = hold_rule(_subscription(endpoint))
    before = definition_of(current_version(rule))
    wanted = _definition(endpoint, types(before.when) if events is None else events, products or ())
    changed: dict[str, Any] = {"when": wanted.when} if events is not None else {}
    if products is not None:
        changed |= {"on": wanted.on}
    rewrite_rule(rule, definition=before.model_copy(update=changed))


@transaction.atomic
def change_endpoint(
    endpoint: Endpoint,
    *,
    events: Sequence[str] | None = None,
    products: Sequence[UUID] | None = None,
    **manner: Unpack[InManner],
) -> None:
    """What goes there and how, from now on; what is left out stays. Raises RefusedError."""
    if events is not None or products is not None:
        resubscribe(endpoint, events=events, products=products)
    if manner:
        change_manner(endpoint, replace(manner_of(endpoint), **manner))
    endpoint.refresh_from_db()


@transaction.atomic
def change_connector(
    connector: Connector,
    *,
    config: Mapping[str, Any] | None = None,
    events: Sequence[str] | None = None,
    products: Sequence[UUID] | None = None,
) -> None:
    """What was entered, and what goes there, from now on; what is left out stays. Raises as `change_config` does."""
    if config:
        change_config(connector, config)
    if events is not None or products is not None:
        resubscribe(connector.endpoint, events=events, products=products)


@transaction.atomic
def remove_endpoint(endpoint: Endpoint) -> None:
    """Deletes the endpoint together with its subscription."""
    delete_endpoint(endpoint)
    delete_rule(_subscription(endpoint))


@transaction.atomic
def remove_connector(connector: Connector) -> None:
    """Deletes the connector together with its subscription, and forgets its secrets."""
    remove_endpoint(connector.endpoint)
    forget_secrets(connector)


def subscribed_events(endpoint: Endpoint) -> list[str]:
    """The types of event that the endpoint gets. Lists load `subscription__version` with their endpoints."""
    return types(definition_of(current_version(endpoint.subscription)).when)


def subscribed_products(endpoint: Endpoint) -> list[UUID]:
    """The products that the endpoint hears of; none: of all. Loaded as above."""
    return definition_of(current_version(endpoint.subscription)).on.products


def _subscription(endpoint: Endpoint) -> Rule:
    return Rule.objects.select_related("version").get(subscribes=endpoint)


def _definition(
    endpoint: Endpoint, events: Sequence[str], products: Sequence[UUID] = (), *, name: str = "Webhook"
) -> Definition:
    wanted = [known.name for known in open_to_companies()] if EVERYTHING in events else list(dict.fromkeys(events))
    raw: dict[str, Any] = {
        "name": name,
        "when": {"any": [{"event": name} for name in wanted]},
        "then": [{"do": "send_webhook", "endpoint": str(endpoint.pk)}],
    }
    if products:
        raw["on"] = {"products": list(dict.fromkeys(map(str, products)))}
    try:
        return parse_definition(raw)
    except ValidationError as error:
        raise RefusedError(said(error.errors()[0]), field="events") from error
