"""Recording what came of messages: each attempt for good, when the next one is due, and what it tells of endpoints."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import OperationalError, transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from conduits.connectors.equipping import keep
from conduits.delivery.breaker import FRESH_TRIES, Tally, note
from conduits.delivery.claiming import Message, set_aside
from conduits.delivery.http import Answer
from conduits.delivery.retries import BUSY, asked_to_wait, next_try
from conduits.delivery.sending import Results
from conduits.delivery.standing import standing_after
from conduits.models import Delivery
from picos.prepared import prepared_cursor

logger = logging.getLogger(__name__)

State = Delivery.State
GONE = 410
KEPT_ANSWER = 2000
KEPT_ERROR = 300

# Compare and swap: a result that comes after its claim ran out changes nothing but the list of attempts. What was tried
# ahead of its time keeps it. Arrays go in binary: as text, each quotation mark of a body would be escaped by itself,
# which takes longer than all the rest.
_RECORD = """
WITH done AS MATERIALIZED (
    SELECT * FROM unnest(
        %b::uuid[], %b::uuid[], %b::smallint[], %b::timestamptz[], %b::int[], %b::smallint[], %b::text[], %b::text[],
        %b::text[], %b::text[], %b::timestamptz[], %b::timestamptz[]
    ) AS done (
        attempt_id, id, number, at, duration_ms, status, error, answer, body, state, next_attempt_at, finished_at
    )
), written AS (
    INSERT INTO conduits_attempt (id, delivery_id, number, at, duration_ms, status, error, answer)
    SELECT attempt_id, id, number, at, duration_ms, status, error, answer FROM done
)
UPDATE conduits_delivery AS delivery
SET body = coalesce(done.body, delivery.body), state = done.state, finished_at = done.finished_at, leased_until = NULL,
    lost_claims = 0, next_attempt_at = CASE WHEN done.state = 'waiting'
        THEN coalesce(done.next_attempt_at, delivery.next_attempt_at) END
FROM done
WHERE delivery.id = done.id AND delivery.attempt_count = done.number AND delivery.state = 'waiting'
"""


def record(results: Results) -> None:
    """Writes the attempts down, in one statement for all. One that breaks it is found by writing each alone, and is set
    aside: it may have arrived, and would be sent again for ever.
    """
    try:
        _record(results)
    except OperationalError:
        # The database's trouble; the leases bring them back.
        raise
    except Exception:
        logger.exception("%s results could not be written down together", len(results))
        for one in results:
            _record_alone(one)


def _record_alone(one: tuple[Message, Answer]) -> None:
    try:
        _record([one])
    except OperationalError:
        raise
    except Exception as error:
        logger.exception("delivery %s is set aside", one[0].id)
        set_aside(one[0].id, problem=f"What came of it could not be written down ({type(error).__name__}).")


@transaction.atomic
def _record(results: Results) -> None:
    now = timezone.now()
    with prepared_cursor() as cursor:
        cursor.execute(_RECORD, [list(column) for column in zip(*(_row(*one, now) for one in results), strict=True)])
    keep([(message.errand, answer) for message, answer in results if message.errand], now=now)
    note(_tallies(results, now), now=now)


def _row(message: Message, answer: Answer, now: datetime) -> tuple[object, ...]:
    """The columns of _RECORD for one result."""
    state, next_attempt_at = _what_next(message, answer, now)
    said = answer.body_excerpt[:KEPT_ANSWER].decode(errors="replace").replace("\0", "�") if answer.body_excerpt else ""
    return (
        uuid7(),
        message.id,
        message.attempt,
        now - timedelta(milliseconds=answer.duration_ms),
        answer.duration_ms,
        answer.status,
        (answer.error or "")[:KEPT_ERROR],
        said,
        # The company's log shows what its server got; what never arrived has not passed.
        None if answer.status is None else message.body,
        str(state),
        next_attempt_at,
        None if state == State.WAITING else now,
    )


def _what_next(message: Message, answer: Answer, now: datetime) -> tuple[State, datetime | None]:
    """None as the time of one that waits: it keeps the one that it has."""
    if answer.error is None:
        return State.DELIVERED, None
    if not message.is_due:
        return State.WAITING, None
    following = next_try(used=message.tries_used, answer=answer, now=now)
    return (State.WAITING, following) if following else (State.FAILED, None)


def _tallies(results: Results, now: datetime) -> Iterable[Tally]:
    tallies: dict[UUID, Tally] = {}
    for message, answer in results:
        endpoint = message.endpoint
        tally = tallies.get(endpoint.pk)
        if tally is None:
            tally = tallies[endpoint.pk] = Tally(endpoint)
        if answer.error is None:
            tally.arrived += 1
            tally.standing = standing_after(answer)
            continue
        tally.failed += 1
        tally.fresh += message.tries_used <= FRESH_TRIES
        tally.probed |= message.is_probe
        tally.gone |= answer.status == GONE
        if answer.status in BUSY:
            tally.hold = max(tally.hold, asked_to_wait(answer, now))
    return tallies.values()
