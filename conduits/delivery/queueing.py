"""Queueing messages to endpoints; conduits/delivery/draining.py sends them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils import timezone
from uuid_utils.compat import uuid7

from conduits.delivery.payloads import laid_out
from conduits.models import Conduit, Delivery, Endpoint
from parties.errors import StateForbidsError
from picos import bell
from picos.models import Event
from picos.rows import new, write_rows

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
    write_rows(
        [
            new(
                Delivery,
                id=draft.id,
                endpoint_id=draft.endpoint_id,
                event_id=draft.event.pk,
                event_type=draft.event.type,
                pico_id=draft.event.pico_id,
                conduit_id=draft.conduit.pk if draft.conduit else None,
                sequence=draft.event.sequence,
                next_attempt_at=now,
                rule_version_id=draft.rule_version_id,
            )
            for draft in drafts
        ]
    )
    bell.ring(bell.DELIVERIES)


def queue_test(endpoint: Endpoint) -> Delivery:
    """A message about nothing, to see whether the endpoint takes it."""
    now, event_id = timezone.now(), uuid7()
    data = {"endpoint": str(endpoint.pk)}
    body = laid_out(endpoint.format, type=TEST, at=now, id=event_id, subject="", data=data)
    bell.ring(bell.DELIVERIES)
    return Delivery.objects.create(
        endpoint=endpoint, event_id=event_id, event_type=TEST, sequence=0, body=body, next_attempt_at=now
    )


def replay(delivery: Delivery) -> Delivery:
    """Sends it once more, as a new message linked to the old one. What it may say is decided anew.

    Raises StateForbidsError when its endpoint is deleted.
    """
    if delivery.endpoint.deleted_at:
        message = "Its endpoint is deleted."
        raise StateForbidsError(message)
    bell.ring(bell.DELIVERIES)
    again = copy_of(delivery)
    again.save(force_insert=True)
    return again


def copy_of(delivery: Delivery) -> Delivery:
    """A row, not saved yet, that sends it once more."""
    return Delivery(
        endpoint_id=delivery.endpoint_id,
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
