"""An endpoint's subscription is a rule: IF one of these events THEN send it to this endpoint.

So there is one way in which an event becomes a message, and the company finds it among its rules.
"""

from collections.abc import Sequence

from django.db import transaction
from pydantic import ValidationError

from conduits.addresses import Network
from conduits.endpoints import add_endpoint, delete_endpoint
from conduits.models import Endpoint
from parties.errors import RefusedError
from parties.models import Company
from picos.event_types import event_types
from rules.event_types import OF_ONE_RULE
from rules.language import Definition
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


@transaction.atomic
def add_subscribed_endpoint(
    *, company: Company, url: str, events: Sequence[str], ordered: bool = False, allowed: Sequence[Network] = ()
) -> tuple[Endpoint, str]:
    """A new endpoint that gets these types of event (`*` for all), and its secret; otherwise as `add_endpoint`."""
    endpoint, secret = add_endpoint(company=company, url=url, ordered=ordered, allowed=allowed)
    write_rule(party=company, definition=_definition(endpoint, events), subscribes=endpoint)
    return endpoint, secret


@transaction.atomic
def resubscribe(endpoint: Endpoint, *, events: Sequence[str]) -> None:
    """The endpoint gets these types of event from now on; the rest of its rule stays. Raises RefusedError."""
    rule = hold_rule(_subscription(endpoint))
    when = _definition(endpoint, events).when
    rewrite_rule(rule, definition=definition_of(current_version(rule)).model_copy(update={"when": when}))


@transaction.atomic
def remove_endpoint(endpoint: Endpoint) -> None:
    """Deletes the endpoint together with its subscription."""
    delete_endpoint(endpoint)
    delete_rule(_subscription(endpoint))


def subscribed_events(endpoint: Endpoint) -> list[str]:
    """The types of event that the endpoint gets. Lists load `subscription__version` with their endpoints."""
    return types(definition_of(current_version(endpoint.subscription)).when)


def _subscription(endpoint: Endpoint) -> Rule:
    return Rule.objects.select_related("version").get(subscribes=endpoint)


def _definition(endpoint: Endpoint, events: Sequence[str]) -> Definition:
    wanted = (
        [known.name for known in event_types() if known.name not in OF_ONE_RULE]
        if EVERYTHING in events
        else list(dict.fromkeys(events))
    )
    raw = {
        "name": "Webhook",
        "when": {"any": [{"event": name} for name in wanted]},
        "then": [{"do": "send_webhook", "endpoint": str(endpoint.pk)}],
    }
    try:
        return parse_definition(raw)
    except ValidationError as error:
        raise RefusedError(error.errors()[0]["msg"].removeprefix("Value error, "), field="events") from error
