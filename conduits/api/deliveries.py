"""Deliveries: what was sent where, each attempt at it, and sending it once more."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from api.authentication import company_of
from api.bodies import Shown
from api.doors import handles
from api.paging import page
from conduits.access import access_delivery, access_receiver
from conduits.delivery.queueing import replay
from conduits.models import Attempt, Delivery
from parties.errors import RefusedError


class AttemptShown(Shown):
    """One try at sending."""

    number: int
    at: datetime
    duration_ms: int
    status: int | None
    error: str
    answer: str


class DeliveryShown(Shown):
    """One message; `webhook_id` is what your endpoint saw, `problem` why it was set aside."""

    id: UUID
    webhook_id: str
    endpoint: UUID
    type: str
    event: UUID
    state: str
    attempt_count: int
    next_attempt_at: datetime | None
    created_at: datetime
    finished_at: datetime | None
    replay_of: UUID | None
    problem: str


class DeliveryWithAttempts(DeliveryShown):
    """One message with the text that was sent and its attempts."""

    body: str
    attempts: list[AttemptShown]


@handles("webhooks", "company", gives=DeliveryShown, lists=True, query=("endpoint", "state"))
def list_deliveries(request: Request) -> Response:
    """Messages to your endpoints, newest first."""
    rows: QuerySet[Delivery] = Delivery.objects.filter(endpoint__company=company_of(request)).defer("body")
    if endpoint_id := request.query_params.get("endpoint"):
        rows = rows.filter(endpoint=access_receiver(company=company_of(request), endpoint_id=_uuid(endpoint_id)))
    if state := request.query_params.get("state"):
        if state not in Delivery.State.values:
            message = f"A state is one of {', '.join(Delivery.State.values)}."
            raise RefusedError(message, field="state")
        rows = rows.filter(state=state)
    return page(request, rows, lambda delivery: _shown(delivery).model_dump(mode="json"))


@handles("webhooks", "company", gives=DeliveryWithAttempts)
def show_delivery(request: Request, delivery_id: UUID) -> Response:
    """One message with its attempts."""
    delivery = access_delivery(company=company_of(request), delivery_id=delivery_id)
    attempts = [_attempt(attempt) for attempt in delivery.attempts.all()]
    shown = DeliveryWithAttempts(**_shown(delivery).model_dump(), body=delivery.body, attempts=attempts)
    return Response(shown.model_dump(mode="json"))


@handles("webhooks", "company", gives=DeliveryShown, status=201)
def replay_delivery(request: Request, delivery_id: UUID) -> Response:
    """Send it once more, as a new message linked to this one."""
    again = replay(access_delivery(company=company_of(request), delivery_id=delivery_id))
    return Response(_shown(again).model_dump(mode="json"), status=201)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        message = "This is no id."
        raise RefusedError(message, field="endpoint") from error


def _shown(delivery: Delivery) -> DeliveryShown:
    return DeliveryShown(
        id=delivery.pk,
        webhook_id=delivery.webhook_id,
        endpoint=delivery.endpoint_id,
        type=delivery.event_type,
        event=delivery.event_id,
        state=delivery.state,
        attempt_count=delivery.attempt_count,
        next_attempt_at=delivery.next_attempt_at,
        created_at=delivery.created_at,
        finished_at=delivery.finished_at,
        replay_of=delivery.replay_of_id,
        problem=delivery.problem,
    )


def _attempt(attempt: Attempt) -> AttemptShown:
    return AttemptShown(
        number=attempt.number,
        at=attempt.at,
        duration_ms=attempt.duration_ms,
        status=attempt.status,
        error=attempt.error,
        answer=attempt.answer,
    )
