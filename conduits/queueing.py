"""Queueing messages to endpoints; conduits/delivery.py sends them."""

import json
from uuid import UUID

from django.utils import timezone
from uuid_utils.compat import uuid7

from conduits.models import Conduit, Delivery, Endpoint
from conduits.payloads import rfc3339
from parties.errors import StateForbidsError
from picos import bell
from picos.models import Event

TEST = "endpoint.test"


def queue_delivery(*, event: Event, endpoint: Endpoint, conduit: Conduit | None, rule_version_id: UUID) -> Delivery:
    """A message about the event, due now; it passes the gate when it leaves. In the caller's transaction."""
    bell.ring(bell.DELIVERIES)
    return Delivery.objects.create(
        endpoint=endpoint,
        event_id=event.pk,
        event_type=event.type,
        pico_id=event.pico_id,
        conduit=conduit,
        sequence=event.sequence,
        next_attempt_at=timezone.now(),
        rule_version_id=rule_version_id,
    )


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
