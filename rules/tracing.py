"""Tracing: a run with all that came of it, put together when somebody asks, so that running costs nothing more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from conduits.models import Delivery
from picos.models import Event
from rules.bounds import DEEPEST
from rules.models import Run

Said = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Trace:
    """`actions` as the run has them, each message with its state; `caused_by`: what led to it, the first first."""

    actions: list[Said]
    caused_by: list[Said]
    waits_until: datetime | None


def trace(run: Run) -> Trace:
    """Of one run. Its owner sees the types and times of what led to it, nothing of what these were about."""
    wait = getattr(run, "wait", None)
    return Trace(_with_deliveries(run.actions), _causes(run.event_id), wait.due if wait else None)


def _with_deliveries(actions: Sequence[Said]) -> list[Said]:
    sent = [action["id"] for action in actions if action.get("do") == "send_webhook" and action.get("id")]
    deliveries = Delivery.objects.in_bulk(sent)
    return [_told(action, deliveries) for action in actions]


def _told(action: Said, deliveries: dict[UUID, Delivery]) -> Said:
    delivery = deliveries.get(UUID(action["id"])) if action.get("do") == "send_webhook" and action.get("id") else None
    if delivery is None:
        return dict(action)
    return action | {"delivery": {"state": delivery.state, "attempts": delivery.attempt_count}}


def _causes(event_id: UUID) -> list[Said]:
    """Up the chain, which is never longer than the engine lets it grow."""
    found: list[Said] = []
    wanted: UUID | None = event_id
    while wanted and len(found) <= DEEPEST + 1:
        event = Event.objects.filter(pk=wanted).first()
        if event is None:
            break
        found.append({"event": str(event.pk), "type": event.type, "at": event.at.isoformat()})
        wanted = event.cause_id
    return found[::-1]
