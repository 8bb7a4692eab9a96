"""Claiming: what is due is leased and passes the gate, in one short transaction.

A lease is committed before anything is sent, so no HTTP happens inside a transaction, and a worker that dies leaves
rows that come due again when it ends. A message that breaks the claim is found by claiming each alone, and set aside.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import OperationalError, transaction
from django.utils import timezone

from conduits import access_log, event_types, gate
from conduits.connectors.errands import Errand
from conduits.delivery import breaker, pacing
from conduits.delivery.due import Room, due_ids
from conduits.delivery.loading import conduits_held, endpoints_by_id, events_by_id
from conduits.delivery.payloads import body_of, fields_of
from conduits.delivery.queueing import TEST
from conduits.models import AccessLine, Conduit, Delivery, Endpoint
from journals.event_types import ENTRY_ADDED
from journals.models import Entry
from picos.models import Event
from picos.prepared import prepared_cursor

logger = logging.getLogger(__name__)

State = Delivery.State
REFUSED = AccessLine.Outcome.REFUSED
# After which time an unfinished claim falls due again: longer than the slowest answer and all the writing can take.
LEASE: Final = timedelta(seconds=45)
# A message that so many workers in a row never came back from is set aside.
MOST_LOST: Final = 5

# Whatever another worker was quicker with is left out. `ahead` once more: a pico's earlier message may have come to
# wait since it was looked for.
_LOCK = """
SELECT message.id, endpoint_id, event_id, event_type, conduit_id, body, attempt_count, tries_used,
       lost_claims + (leased_until IS NOT NULL)::int, next_attempt_at <= %s::timestamptz
FROM conduits_delivery AS message JOIN conduits_endpoint AS endpoint ON endpoint.id = endpoint_id
WHERE message.id = ANY(%b::uuid[]) AND state = 'waiting'
  AND (leased_until IS NULL OR leased_until <= %s::timestamptz)
  AND (next_attempt_at <= %s::timestamptz OR endpoint.probe_at IS NOT NULL)
  AND NOT (endpoint.ordered AND EXISTS (
      SELECT FROM conduits_delivery AS ahead
      WHERE ahead.endpoint_id = message.endpoint_id AND ahead.pico_id = message.pico_id
        AND ahead.state = 'waiting' AND ahead.sequence < message.sequence
  ))
ORDER BY next_attempt_at FOR UPDATE OF message SKIP LOCKED
"""
_LEASE = """
UPDATE conduits_delivery AS message
SET leased_until = %s::timestamptz, attempt_count = attempt_count + 1, tries_used = tries_used + due.now::int,
    lost_claims = due.lost
FROM unnest(%b::uuid[], %b::bool[], %b::smallint[]) AS due (id, now, lost) WHERE message.id = due.id
"""


@dataclass(slots=True)
class Message:
    """A delivery that was claimed. `attempt` is the number of the one that begins now, `tries_used` counts it if it is
    one of the schedule's. `kept` is the text that the row has, `body` what is sent; `errand` says how, if the endpoint
    is a connector. `prompt`: it has one of the places of prompt endpoints, as long as it is not late.
    """

    id: UUID
    endpoint: Endpoint
    event_id: UUID
    event_type: str
    conduit: Conduit | None
    kept: str
    attempt: int
    tries_used: int
    lost_claims: int
    is_due: bool
    body: str = ""
    errand: Errand | None = None
    prompt: bool = False

    @property
    def webhook_id(self) -> str:
        """As `Delivery.webhook_id`."""
        return f"msg_{self.id.hex}"

    @property
    def is_probe(self) -> bool:
        """Whether it is to show if its endpoint is back."""
        return self.endpoint.probe_at is not None


@dataclass(slots=True)
class Claim:
    """What was taken: `outgoing` is to be sent, the rest was refused or set aside."""

    taken: int
    outgoing: list[Message]


def claim(room: Room) -> Claim:
    """Takes what is due and has room."""
    wanted = due_ids(room)
    if not wanted:
        return Claim(0, [])
    try:
        return _claim(wanted)
    except OperationalError:
        # The database's trouble, not a message's.
        raise
    except Exception:
        logger.exception("a claim of %s messages failed; each is claimed alone", len(wanted))
        return _claim_apart(wanted)


def set_aside(delivery_id: UUID, *, problem: str) -> None:
    """Nothing more is tried until somebody looks and sends it again."""
    Delivery.objects.filter(pk=delivery_id, state=State.WAITING).update(
        state=State.SET_ASIDE,
        problem=problem[:200],
        next_attempt_at=None,
        leased_until=None,
        finished_at=timezone.now(),
    )


def _claim_apart(wanted: Sequence[UUID]) -> Claim:
    whole = Claim(0, [])
    for delivery_id in wanted:
        try:
            one = _claim([delivery_id])
        except OperationalError:
            raise
        except Exception as error:
            logger.exception("delivery %s is set aside", delivery_id)
            set_aside(delivery_id, problem=f"It could not be put together ({type(error).__name__}).")
            one = Claim(1, [])
        whole.taken += one.taken
        whole.outgoing += one.outgoing
    return whole


@transaction.atomic
def _claim(wanted: Sequence[UUID]) -> Claim:
    now = timezone.now()
    messages = _locked(wanted, now)
    if not messages:
        return Claim(0, [])
    alive = [message for message in messages if message.lost_claims < MOST_LOST]
    for message in messages:
        if message.lost_claims >= MOST_LOST:
            set_aside(message.id, problem=f"{MOST_LOST} workers in a row ended while they sent it.")
    outgoing, refused = _pass_gate(alive)
    if outgoing:
        _lease(outgoing, until=now + LEASE)
    if refused:
        Delivery.objects.filter(pk__in=refused).update(
            state=State.REFUSED, next_attempt_at=None, leased_until=None, finished_at=now
        )
    return Claim(len(messages), outgoing)


def _locked(wanted: Sequence[UUID], now: datetime) -> list[Message]:
    with prepared_cursor() as cursor:
        rows = cursor.execute(_LOCK, [now, list(wanted), now, now], binary=True).fetchall()
    endpoints = endpoints_by_id({row[1] for row in rows})
    # Only then it looks: what an owner shut or took back before stays so.
    conduits = conduits_held({row[4] for row in rows if row[4]})
    return [
        Message(
            id=row[0],
            endpoint=endpoints[row[1]],
            event_id=row[2],
            event_type=row[3],
            conduit=conduits.get(row[4]),
            kept=row[5],
            attempt=row[6] + 1,
            tries_used=row[7] + row[9],
            lost_claims=row[8],
            is_due=row[9],
            prompt=endpoints[row[1]].standing == Endpoint.Standing.PROMPT,
        )
        for row in rows
    ]


def _lease(outgoing: Sequence[Message], *, until: datetime) -> None:
    columns = (
        [message.id for message in outgoing],
        [message.is_due for message in outgoing],
        [message.lost_claims for message in outgoing],
    )
    with prepared_cursor() as cursor:
        cursor.execute(_LEASE, [until, *columns])
    endpoints = {message.endpoint.pk: message.endpoint for message in outgoing}
    if probed := [endpoint.pk for endpoint in endpoints.values() if endpoint.probe_at]:
        breaker.hold_while_probed(probed, until=until)
    pacing.spend(message.endpoint for message in outgoing)


def _pass_gate(messages: Sequence[Message]) -> tuple[list[Message], list[UUID]]:
    """Decides anew for each message, also a retry, and logs the first passing and each refusal."""
    events = events_by_id({message.event_id for message in messages if message.event_type != TEST})
    entries = _entries(events.values())
    told = _told(messages)
    outgoing, refused, lines = [], [], []
    for message in messages:
        if message.event_type == TEST:
            message.body = message.kept
            outgoing.append(message)
            continue
        event = events.get(message.event_id)
        if event is None:
            # Detached with an old month; there is nothing left to say.
            refused.append(message.id)
            continue
        decision = gate.decide_event(event, message.conduit)
        if decision.passes:
            entry = entries.get(_entry_id(event))
            message.body = body_of(event, message.conduit, entry, layout=message.endpoint.format)
            outgoing.append(message)
        else:
            refused.append(message.id)
        line = _line(message, decision)
        # A retry is no news, unless it tells of something else than the last one did.
        if line and (line.outcome == REFUSED or told.get((line.who_id, line.what_id)) != line.fields):
            lines.append(line)
    if lines:
        access_log.write_lines(lines, held={one.conduit.pk: one.conduit for one in messages if one.conduit})
    return outgoing, refused


def _entries(events: Iterable[Event]) -> dict[str | None, Entry]:
    wanted = [entry_id for event in events if (entry_id := _entry_id(event))]
    entries = Entry.objects.filter(pk__in=wanted).prefetch_related("attachments") if wanted else ()
    return {str(entry.pk): entry for entry in entries}


def _entry_id(event: Event) -> str | None:
    return event.data.get("entry") if event.type in {ENTRY_ADDED, event_types.MESSAGE} else None


def _told(messages: Sequence[Message]) -> dict[access_log.Sent, tuple[str, ...]]:
    """What the access logs say of those that are tried again."""
    again = {message.event_id: message.conduit.pk for message in messages if message.attempt > 1 and message.conduit}
    return access_log.fields_sent(conduit_ids=set(again.values()), what_ids=again.keys()) if again else {}


def _line(message: Message, decision: gate.Decision) -> access_log.Line | None:
    """What the owner's access log says of it; None for what is no owner's."""
    if message.conduit is None:
        return None
    return access_log.Line(
        conduit_id=message.conduit.pk,
        outcome=AccessLine.Outcome.SENT if decision.passes else REFUSED,
        who=f"{message.endpoint.company} ({message.endpoint.kind or 'webhook'})",
        who_id=message.endpoint.pk,
        role=access_log.WEBHOOK,
        what=message.event_type,
        what_id=message.event_id,
        reason=decision.reason,
        fields=fields_of(message.body),
    )
