"""What the owner writes while the conduit is paused, or waits for terms, waits until it opens; the page promises that.

All of it happens in the pico's turn: the engine holds an event in the commit that takes it from the queue, and a resume
or an agreement puts it back there. So the company's rules meet it once, after that, and the owner's, which met it at
once, do not meet it again (rules/engine/draining.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from conduits.models import Conduit, Held
from journals.event_types import ENTRY_ADDED
from picos.events import queue_again
from picos.models import Event


def is_held(event: Event, conduit: Conduit) -> bool:
    """Whether the event, which the gate refuses now, waits for that: the owner's own words do, nothing else."""
    by_company = event.data.get("author") == "company"
    shut_for_now = conduit.status in {Conduit.Status.PAUSED, Conduit.Status.WAITING}
    return shut_for_now and event.type == ENTRY_ADDED and not by_company


def held_since(events: Iterable[Event]) -> Mapping[UUID, datetime]:
    """Those among the events that were held, and since when."""
    ids = [event.pk for event in events if event.type == ENTRY_ADDED]
    return dict(Held.objects.filter(pk__in=ids).values_list("pk", "at")) if ids else {}


def hold(events: Sequence[tuple[Event, Conduit]]) -> None:
    """They wait for the resume; one that was held before stays as it is."""
    rows = [Held(event_id=event.pk, conduit=conduit) for event, conduit in events]
    Held.objects.bulk_create(rows, ignore_conflicts=True)


def let_go(event_ids: Iterable[UUID]) -> None:
    """They have met the company's rules, or never will."""
    Held.objects.filter(pk__in=list(event_ids)).delete()


def put_back(conduit: Conduit) -> None:
    """Puts what is held before the rules again, in the caller's turn. It stays held until they have met it."""
    queue_again(list(conduit.held.values_list("pk", flat=True)))
