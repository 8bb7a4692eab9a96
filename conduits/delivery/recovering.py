"""Recovering: a time's messages to an endpoint once more, each as a new message linked to the old."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from conduits.delivery.queueing import TEST, copy_of
from conduits.models import Delivery, Endpoint
from parties.errors import RefusedError, StateForbidsError
from parties.models import Company
from picos import bell

State = Delivery.State
UNDELIVERED: Final = (State.FAILED, State.SET_ASIDE)
# At once; who has more asks again.
MOST: Final = 5000


@dataclass(frozen=True, slots=True)
class Recovered:
    """How many new messages wait; with `more` there are others from `next_since` on."""

    queued: int
    more: bool
    next_since: datetime | None


@transaction.atomic
def recover(
    endpoint: Endpoint, *, since: datetime, until: datetime | None = None, states: Collection[str] = UNDELIVERED
) -> Recovered:
    """Queues what ended in one of `states`, the oldest first; what each may say is decided anew. Tests are left out.

    Of an event that arrived meanwhile by another message, or is about to, nothing is sent; one that arrived itself, and
    is asked for, is sent unless it waits again. Raises RefusedError for a time that ends before it begins, and
    StateForbidsError for a disabled endpoint.
    """
    if until is not None and until <= since:
        message = "This is not after the beginning."
        raise RefusedError(message, field="until")
    # One at a time, or two would each find what the other has just queued still missing.
    held = Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
    if held.status == Endpoint.Status.DISABLED:
        message = "This endpoint is disabled; enable it first."
        raise StateForbidsError(message)
    found = list(_wanted(held, since, until or timezone.now(), states)[: MOST + 1])
    taken = {message.event_id: message for message in found[:MOST]}
    Delivery.objects.bulk_create([copy_of(message) for message in taken.values()])
    if taken:
        bell.ring(bell.DELIVERIES)
    more = len(found) > MOST
    return Recovered(queued=len(taken), more=more, next_since=found[MOST].created_at if more else None)


def set_aside_of(company: Company) -> QuerySet[Delivery]:
    """What was set aside and not sent again since."""
    again = Delivery.objects.filter(
        endpoint=OuterRef("endpoint"), event_id=OuterRef("event_id"), replay_of=OuterRef("pk")
    )
    return Delivery.objects.filter(~Exists(again), endpoint__company=company, state=State.SET_ASIDE)


def _wanted(endpoint: Endpoint, since: datetime, until: datetime, states: Collection[str]) -> QuerySet[Delivery]:
    return (
        Delivery.objects.filter(endpoint=endpoint, state__in=states, created_at__gte=since, created_at__lt=until)
        .exclude(event_type=TEST)
        .filter(~_another(State.WAITING) & (Q(state=State.DELIVERED) | ~_another(State.DELIVERED)))
        .order_by("created_at", "pk")
    )


def _another(state: State) -> Q:
    """Whether the event has a message there in this state: an original, or one sent again (an index for each)."""
    same = Delivery.objects.filter(endpoint=OuterRef("endpoint"), event_id=OuterRef("event_id"), state=state)
    originals = same.filter(replay_of=None, rule_version_id__isnull=False)
    return Q(Exists(originals)) | Q(Exists(same.filter(replay_of__isnull=False)))
