"""Queueing messages to endpoints; conduits/delivery.py sends them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils import timezone
from uuid_utils.compat import uuid7

from conduits.models import Conduit, Delivery, Endpoint
from conduits.payloads import rfc3339
from parties.errors import StateForbidsError
from picos import bell
from picos.models import Event

TEST = "endpoint.test"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryDraft:
    """A message about the event, due at once; it passes the gate when it leaves."""

    event: Event
    endpoint_id: UUID
    conduit: Conduit | None
    rule_version_id: UUID
    id: UUID = field(default_factory=uuid7)


def queue_deliveries(drafts: Sequence[DeliveryDraft]) -> None:
    """Queues the messages in the caller's transaction."""
    if not drafts:
        return
    now = timezone.now()
    Delivery.objects.bulk_create(
        Delivery(
            id=draft.id,
            endpoint_id=draft.endpoint_id,
            event_id=draft.event.pk,
            event_type=draft.event.type,
            pico_id=draft.event.pico_id,
            conduit=draft.conduit,
            sequence=draft.event.sequence,
            next_attempt_at=now,
            rule_version_id=draft.rule_version_id,
        )
        for draft in drafts
    )
    bell.ring(bell.DELIVERIES)


def queue_test(endpoint: Endpoint) -> Delivery:
    """A message about nothing, to see whether the endpoint takes it."""
    now = timezone.now()
    body = {"type": TEST, "timestamp": rfc3339(now), "data": {"endpoint": str(endpoint.pk)}}
    bell.ring(bell.DELIVERIES)
    return Delivery.objects.create(
        endpoint=endpoint, event_id=uuid7(), event_type=TEST, sequence=0, body=json.dumps(body), next_attempt_at=now
    )


def replay(delivery: Delivery) -> Delivery:
    """Sends it once more, as a new message linked to the old one. What it may say is decided anew.

    Raises StateForbidsError when its endpoint is deleted.
    """
    if delivery.endpoint.deleted_at:
        message = "Its endpoint is deleted."
        raise StateForbidsError(message)
    bell.ring(bell.DELIVERIES)
    return Delivery.objects.create(
        endpoint=delivery.endpoint,
        event_id=delivery.event_id,
        event_type=delivery.event_type,
        pico_id=delivery.pico_id,
        conduit_id=delivery.conduit_id,
        sequence=delivery.sequence,
        body=delivery.body if delivery.event_type == TEST else "",
        next_attempt_at=timezone.now(),
        rule_version_id=delivery.rule_version_id,
        replay_of=delivery,
    )
