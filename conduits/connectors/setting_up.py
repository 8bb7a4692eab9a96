"""Setting up connectors: adding, changing, a new address, switching off. Which events go there is a rule's matter."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from conduits.connectors.equipping import open_config
from conduits.connectors.kinds import Kind, kind_of
from conduits.connectors.settings import Settings, parted
from conduits.delivery.endpoints import Manner, add_endpoint, vet_url
from conduits.models import Connector, Endpoint
from parties.models import Company
from parties.vault import seal

SWITCHED_OFF = "It was switched off."


@transaction.atomic
def add_connector(*, company: Company, kind: str, config: Mapping[str, Any]) -> tuple[Connector, str, str]:
    """A new connector, the key of its address and its signing secret, both shown this once.

    Raises RefusedError for an unknown kind or an address that we never call, and pydantic's ValidationError.
    """
    module = kind_of(kind)
    entered = module.Config.model_validate(dict(config))
    # In order: what is said later must find what was opened before, and never open it a second time.
    endpoint, secret = add_endpoint(company=company, url=entered.target, manner=Manner(ordered=True), kind=kind)
    key = secrets.token_urlsafe(32)
    connector = Connector.objects.create(
        endpoint=endpoint,
        inbound_digest=digest_of(key),
        poll_at=timezone.now() if module.CAPABILITIES.polling else None,
        **_columns(entered),
    )
    return connector, key, secret


@transaction.atomic
def change_config(connector: Connector, changes: Mapping[str, Any]) -> None:
    """What is left out stays, secrets too. Raises as `add_connector` does."""
    held = Connector.objects.select_for_update(no_key=True).select_related("endpoint").get(pk=connector.pk)
    kind = kind_of(held.endpoint.kind)
    entered = kind.Config.model_validate(_before(held, kind) | dict(changes))
    if entered.target != held.endpoint.url:
        vet_url(entered.target, kind=kind.NAME)
        Endpoint.objects.filter(pk=held.pk).update(url=entered.target)
    Connector.objects.filter(pk=held.pk).update(session="", session_until=None, **_columns(entered))
    connector.refresh_from_db()


def new_key(connector: Connector) -> str:
    """Another key for its address; the one before ends at once."""
    key = secrets.token_urlsafe(32)
    Connector.objects.filter(pk=connector.pk).update(inbound_digest=digest_of(key))
    return key


def switch_off(connector: Connector) -> None:
    """Nothing goes there, comes from there or is looked for until it is enabled; what is to go there waits."""
    enabled = Endpoint.objects.filter(pk=connector.pk, status=Endpoint.Status.ENABLED)
    enabled.update(status=Endpoint.Status.DISABLED, disabled_reason=SWITCHED_OFF)
    connector.endpoint.refresh_from_db()


def forget_secrets(connector: Connector) -> None:
    """Of one that is deleted: its log stays, what opens doors over there does not."""
    Connector.objects.filter(pk=connector.pk).update(
        secrets="", session="", session_until=None, inbound_digest="", poll_at=None
    )


def inbound_url(connector: Connector, key: str = "") -> str:
    """Its address for what comes in; a kind that signs by itself needs no key in it."""
    url = f"{settings.PUBLIC_URL}/api/v1/in/{connector.pk}"
    return f"{url}?key={key}" if key and not kind_of(connector.endpoint.kind).CAPABILITIES.signs else url


def digest_of(key: str) -> str:
    """As it is kept; the key is random enough to need no salt."""
    return hashlib.sha256(key.encode()).hexdigest()


def _before(connector: Connector, kind: Kind) -> dict[str, Any]:
    """Without the secrets, when they cannot be read any more."""
    try:
        config: Settings = open_config(connector, kind)
    except (InvalidToken, ValueError):
        return dict(connector.config)
    return config.model_dump(mode="json")


def _columns(entered: Settings) -> dict[str, Any]:
    shown, hidden = parted(entered)
    return {"config": shown, "secrets": seal(json.dumps(hidden))}
