"""Delivering: due messages are claimed, pass the gate, are signed and sent many at a time, and each try is recorded.

A claim pushes the next attempt ahead and commits before anything is sent, so no HTTP happens inside a transaction,
and a process that dies in between leaves rows that come due again: at least once, always under the same webhook-id.
"""

import asyncio
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict
from uuid import UUID

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from conduits import access_log, event_types, gate
from conduits.due import due_ids
from conduits.http import Answer, Client
from conduits.models import AccessLine, Attempt, Conduit, Delivery, Endpoint
from conduits.payloads import body_of, fields_of
from conduits.queueing import TEST
from conduits.signing import headers_for
from conduits.switching import disable
from journals.event_types import ENTRY_ADDED
from journals.models import Entry
from parties.vault import open_sealed
from picos.models import Event

State = Delivery.State
REFUSED = AccessLine.Outcome.REFUSED
# After which wait each further attempt follows; the last is in the fourth day.
RETRY_AFTER = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1800, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
JITTER = 0.1
LONGEST_RETRY_AFTER = timedelta(hours=24)
# How often what has come back is written down while the rest is still under way (seconds).
RECORDED_EVERY = 0.25
# After which time an unfinished claim falls due again: longer than the slowest answer and all the writing can take.
LEASE = timedelta(seconds=45)
GONE = 410
KEPT_ANSWER = 2000

# Compare and swap: a result that comes after its claim ran out changes nothing.
_FINISH = """
UPDATE conduits_delivery AS delivery
SET body = done.body, state = done.state, next_attempt_at = done.next_attempt_at, finished_at = done.finished_at
FROM unnest(%s::uuid[], %s::smallint[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[])
    AS done (id, attempt, body, state, next_attempt_at, finished_at)
WHERE delivery.id = done.id AND delivery.attempt_count = done.attempt AND delivery.state = 'waiting'
"""


class SignedPost(TypedDict):
    """What the client posts."""

    url: str
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message that the gate let pass, ready to be signed."""

    delivery: Delivery
    body: str


Results = list[tuple[Outgoing, Answer]]


def drain() -> int:
    """Sends what is due, once around; returns how many messages were claimed."""
    claimed, outgoing = _claim()
    for results in _send_all(outgoing) if outgoing else ():
        _record(results)
    return claimed


@transaction.atomic
def _claim() -> tuple[int, list[Outgoing]]:
    ahead = Delivery.objects.filter(
        endpoint=OuterRef("endpoint"), pico=OuterRef("pico"), state=State.WAITING, sequence__lt=OuterRef("sequence")
    )
    leased_until = timezone.now() + LEASE
    due = list(
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(pk__in=due_ids(leased_until=leased_until), state=State.WAITING, next_attempt_at__lte=timezone.now())
        .filter(Q(endpoint__ordered=False) | ~Exists(ahead))
        .select_related("endpoint__company")
        .order_by("next_attempt_at")
    )
    outgoing, refused = _pass_gate(due)
    Delivery.objects.filter(pk__in=[message.delivery.pk for message in outgoing]).update(
        next_attempt_at=leased_until, attempt_count=F("attempt_count") + 1
    )
    Delivery.objects.filter(pk__in=refused).update(
        state=State.REFUSED, next_attempt_at=None, finished_at=timezone.now()
    )
    return len(due), outgoing


def _pass_gate(due: Sequence[Delivery]) -> tuple[list[Outgoing], list[UUID]]:
    """Decides anew for each message, also a retry, and logs the first passing and each refusal."""
    _hold_conduits(due)
    events, entries = _subjects(due)
    told = _told(due)
    outgoing, refused, lines = [], [], []
    for delivery in due:
        if delivery.event_type == TEST:
            outgoing.append(Outgoing(delivery, delivery.body))
            continue
        event = events.get(delivery.event_id)
        if event is None:
            # Detached with an old month; there is nothing left to say.
            refused.append(delivery.pk)
            continue
        decision = gate.decide_event(event, delivery.conduit)
        body = body_of(event, delivery.conduit, entries.get(_entry_id(event))) if decision.passes else ""
        if decision.passes:
            outgoing.append(Outgoing(delivery, body))
        else:
            refused.append(delivery.pk)
        line = _line(delivery, decision, body)
        # A retry is no news, unless it tells of something else than the last one did.
        if line and (line.outcome == REFUSED or told.get((line.who_id, line.what_id)) != line.fields):
            lines.append(line)
    access_log.write_lines(lines)
    return outgoing, refused


def _hold_conduits(due: Sequence[Delivery]) -> None:
    """Locks them as writing the log does, and only then looks: what an owner shut or took back before stays so."""
    wanted = {delivery.conduit_id for delivery in due if delivery.conduit_id}
    held = {conduit.pk: conduit for conduit in Conduit.objects.hold(wanted)}
    for delivery in due:
        delivery.conduit = held.get(delivery.conduit_id) if delivery.conduit_id else None


def _subjects(due: Sequence[Delivery]) -> tuple[dict[UUID, Event], dict[str | None, Entry]]:
    events = {
        event.pk: event
        for event in Event.objects.filter(pk__in=[delivery.event_id for delivery in due]).select_related(
            "pico__product__company"
        )
    }
    wanted = [entry_id for event in events.values() if (entry_id := _entry_id(event))]
    entries = Entry.objects.filter(pk__in=wanted).prefetch_related("attachments") if wanted else ()
    return events, {str(entry.pk): entry for entry in entries}


def _entry_id(event: Event) -> str | None:
    return event.data.get("entry") if event.type in {ENTRY_ADDED, event_types.MESSAGE} else None


def _told(due: Sequence[Delivery]) -> dict[access_log.Sent, tuple[str, ...]]:
    """What the access logs say of those that are tried again."""
    again = {
        delivery.event_id: delivery.conduit_id for delivery in due if delivery.attempt_count and delivery.conduit_id
    }
    return access_log.fields_sent(conduit_ids=set(again.values()), what_ids=again.keys()) if again else {}


def _line(delivery: Delivery, decision: gate.Decision, body: str) -> access_log.Line | None:
    """What the owner's access log says of it; None for what is no owner's."""
    if delivery.conduit_id is None:
        return None
    return access_log.Line(
        conduit_id=delivery.conduit_id,
        outcome=AccessLine.Outcome.SENT if decision.passes else REFUSED,
        who=f"{delivery.endpoint.company} (webhook)",
        who_id=delivery.endpoint_id,
        role=access_log.WEBHOOK,
        what=delivery.event_type,
        what_id=delivery.event_id,
        reason=decision.reason,
        fields=fields_of(body),
    )


def _send_all(outgoing: Sequence[Outgoing]) -> Iterator[Results]:
    """Sends them together and yields what came of them as it comes: a slow endpoint's answer keeps no other waiting."""
    with asyncio.Runner() as runner:
        client = runner.run(Client(allowed=settings.PICO_WEBHOOK_ALLOW).__aenter__())
        pending = {runner.get_loop().create_task(_send(client, message)) for message in outgoing}
        try:
            while pending:
                done, pending = runner.run(asyncio.wait(pending, timeout=RECORDED_EVERY))
                if done:
                    yield [task.result() for task in done]
        finally:
            runner.run(client.__aexit__(None, None, None))


async def _send(client: Client, message: Outgoing) -> tuple[Outgoing, Answer]:
    try:
        return message, await client.post(**_signed(message))
    except InvalidToken:
        # One endpoint's trouble must not hold up the others of this claim.
        return message, Answer(None, b"", {}, 0, "Its signing secret cannot be read any more: rotate it.")


def _signed(message: Outgoing) -> SignedPost:
    """Signed at the moment it leaves: receivers refuse a timestamp that is five minutes off."""
    body = message.body.encode()
    headers = headers_for(
        message_id=message.delivery.webhook_id,
        timestamp=int(timezone.now().timestamp()),
        body=body,
        secrets=_secrets(message.delivery.endpoint),
    )
    return {"url": message.delivery.endpoint.url, "body": body, "headers": headers}


def _secrets(endpoint: Endpoint) -> list[str]:
    sealed = [endpoint.secret]
    if endpoint.previous_secret_until and endpoint.previous_secret_until > timezone.now():
        sealed.append(endpoint.previous_secret)
    return [open_sealed(secret) for secret in sealed]


@transaction.atomic
def _record(results: Results) -> None:
    now = timezone.now()
    Attempt.objects.bulk_create([_attempt(message.delivery, answer, now) for message, answer in results])
    with connection.cursor() as cursor:
        cursor.execute(
            _FINISH, [list(column) for column in zip(*(_finished(*one, now) for one in results), strict=True)]
        )
    gone = {message.delivery.endpoint for message, answer in results if answer.status == GONE}
    # In one order for all workers, as each disabling locks a row.
    for endpoint in sorted(gone, key=lambda endpoint: endpoint.pk):
        disable(endpoint, reason="It answered 410 Gone.")


def _finished(message: Outgoing, answer: Answer, now: datetime) -> tuple[object, ...]:
    """The columns of _FINISH for one result."""
    delivery = message.delivery
    state, next_attempt_at = _what_next(delivery, answer, now)
    # The company's log shows what its server got; what never arrived has not passed.
    body = delivery.body if answer.status is None else message.body
    finished_at = None if state == State.WAITING else now
    return delivery.pk, delivery.attempt_count + 1, body, str(state), next_attempt_at, finished_at


def _attempt(delivery: Delivery, answer: Answer, now: datetime) -> Attempt:
    return Attempt(
        delivery=delivery,
        number=delivery.attempt_count + 1,
        at=now - timedelta(milliseconds=answer.duration_ms),
        duration_ms=answer.duration_ms,
        status=answer.status,
        error=(answer.error or "")[:300],
        answer=answer.body_excerpt[:KEPT_ANSWER].decode(errors="replace").replace("\0", "�"),
    )


def _what_next(delivery: Delivery, answer: Answer, now: datetime) -> tuple[State, datetime | None]:
    if answer.error is None:
        return State.DELIVERED, None
    used = delivery.attempt_count
    if used >= len(RETRY_AFTER):
        return State.FAILED, None
    wait = RETRY_AFTER[used] * (1 + JITTER * random.random())  # noqa: S311 (spreads retries, guards nothing)
    return State.WAITING, now + max(wait, _asked_to_wait(answer))


def _asked_to_wait(answer: Answer) -> timedelta:
    """Retry-After in seconds (RFC 9110 section 10.2.3), a day at most; dates are left to our own schedule."""
    asked = answer.headers.get("retry-after", "")
    known = asked.isascii() and asked.isdigit() and len(asked) <= 9  # noqa: PLR2004 (as many as a timedelta takes)
    return min(timedelta(seconds=int(asked)), LONGEST_RETRY_AFTER) if known else timedelta()
