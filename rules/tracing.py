"""Tracing: a run with all that came of it, put together when somebody asks, so that running costs nothing more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from conduits import gate
from conduits.models import Delivery
from picos.models import Event
from rules.engine.batch import Surroundings, may_meet
from rules.engine.bounds import DEEPEST
from rules.models import Run

Said = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Trace:
    """`actions` as the run has them, each message with its state; `caused_by`: what led to it, the first first."""

    actions: list[Said]
    caused_by: list[Said]
    waits_until: datetime | None


def trace(run: Run) -> Trace:
    """Of one run."""
    wait = getattr(run, "wait", None)
    return Trace(_with_deliveries(run.actions), _causes(run), wait.due if wait else None)


def _with_deliveries(actions: Sequence[Said]) -> list[Said]:
    sent = [action["id"] for action in actions if action.get("do") == "send_webhook" and action.get("id")]
    deliveries = Delivery.objects.in_bulk(sent)
    return [_told(action, deliveries) for action in actions]


def _told(action: Said, deliveries: dict[UUID, Delivery]) -> Said:
    delivery = deliveries.get(UUID(action["id"])) if action.get("do") == "send_webhook" and action.get("id") else None
    if delivery is None:
        return dict(action)
    return action | {"delivery": {"state": delivery.state, "attempts": delivery.attempt_count}}


def _causes(run: Run) -> list[Said]:
    """Up the chain, which is never longer than the engine lets it grow; of it what the rule's owner may see."""
    found: list[Event] = []
    wanted: UUID | None = run.event_id
    while wanted and len(found) <= DEEPEST + 1:
        event = Event.objects.filter(pk=wanted).first()
        if event is None:
            break
        found.append(event)
        wanted = event.cause_id
    around = Surroundings(found, [])
    seen = [one for one in found if may_meet(run.rule, one, gate.decide_event(one, around.conduit_of(one)))]
    return [{"event": str(one.pk), "type": one.type, "at": one.at} for one in reversed(seen)]
