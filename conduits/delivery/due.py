"""Which messages may leave now, shared out fairly among endpoints: a dead one must not keep the others waiting.

Prompt endpoints and all others have places of their own (standing.py). Among either, each endpoint's first message
under way goes before anybody's second.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from conduits.delivery.breaker import EARLY_PROBES

# How many messages of one worker are under way together to prompt endpoints, and how many to others: one that hangs
# costs a socket, and no work.
AT_ONCE = 512
OTHERS_AT_ONCE = 1536
# How many of one endpoint's may be under way in all workers together, unless its company wants fewer. Of a prompt one's
# more are at hand: they leave while the answers to others are written down.
PER_ENDPOINT = 64
AT_HAND = 4 * PER_ENDPOINT
# Who lost so many workers in a row goes alone, lest it take others along once more.
ALONE_AFTER = 2

# Whatever the statistics say: they lag behind queues that come and go, and a plan that sorts one of them takes a
# hundred times as long.
_IN_INDEX_ORDER = "SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"
# An index probe per endpoint, and then no more of each than its part of what is taken: a sort of all that is due would
# grow with the longest backlog. An endpoint that is probed, or not known to answer, gets one message; soon after it
# began to fail, be that one due or not.
_DUE = """
WITH open AS (
    SELECT id, ordered, standing = 'prompt' AS prompt,
           CASE WHEN standing = 'prompt' THEN %(prompt)s ELSE %(others)s END AS places,
           CASE WHEN probe_at IS NOT NULL AND probe_count < %(early_probes)s THEN 'infinity' ELSE %(now)s END AS until,
           least(
               CASE
                   WHEN probe_at IS NOT NULL OR standing = 'unproven' THEN 1
                   WHEN standing = 'prompt' THEN %(at_hand)s
                   ELSE %(share)s
               END, concurrency,
               floor(rate_per_second * least(
                   extract(epoch FROM %(now)s - coalesce(paced_from, %(now)s - INTERVAL '1 second')), 1
               ))
           )::int AS room
    FROM conduits_endpoint
    WHERE status = 'enabled' AND deleted_at IS NULL AND (probe_at IS NULL OR probe_at <= %(now)s)
), wanting AS MATERIALIZED (
    SELECT open.*, count(*) OVER (PARTITION BY prompt) AS number FROM open
    WHERE room > 0 AND places > 0 AND EXISTS (
        SELECT FROM conduits_delivery WHERE endpoint_id = open.id AND state = 'waiting' AND next_attempt_at <= until
    )
), taken AS (
    SELECT share.*, wanting.places,
           row_number() OVER (PARTITION BY wanting.prompt ORDER BY share.turn, share.next_attempt_at) AS place
    FROM wanting
    CROSS JOIN LATERAL (
        SELECT count(*) AS number FROM (
            SELECT FROM conduits_delivery
            WHERE endpoint_id = wanting.id AND state = 'waiting' AND leased_until > %(now)s LIMIT %(at_hand)s
        ) AS under_way
    ) AS busy
    CROSS JOIN LATERAL (
        SELECT id, next_attempt_at, lost_claims, busy.number + row_number() OVER (ORDER BY next_attempt_at) AS turn
        FROM conduits_delivery AS message
        WHERE endpoint_id = wanting.id AND state = 'waiting' AND next_attempt_at <= until
          AND (leased_until IS NULL OR leased_until <= %(now)s)
          AND NOT (wanting.ordered AND EXISTS (
              SELECT FROM conduits_delivery AS ahead
              WHERE ahead.endpoint_id = wanting.id AND ahead.pico_id = message.pico_id
                AND ahead.state = 'waiting' AND ahead.sequence < message.sequence
          ))
        ORDER BY next_attempt_at
        LIMIT greatest(least(wanting.room - busy.number, 2 * wanting.places / wanting.number + 1), 0)
    ) AS share
)
SELECT id, lost_claims FROM taken WHERE place <= places ORDER BY turn, next_attempt_at
"""


@dataclass(frozen=True, slots=True)
class Room:
    """How many places are free, of the prompt ones and of the others."""

    prompt: int
    others: int

    @property
    def is_worth_a_claim(self) -> bool:
        """Small claims cost as much as large ones."""
        return self.prompt >= AT_ONCE // 2


def room_beside(*, prompt: int = 0, others: int = 0) -> Room:
    """What is left beside so many messages under way. Few others go with one claim: the prompt wait for its work."""
    return Room(AT_ONCE - prompt, min(OTHERS_AT_ONCE - others, AT_ONCE // 4))


@dataclass(frozen=True, slots=True)
class Due:
    """A message that may leave."""

    id: UUID
    lost_claims: int


def due_ids(room: Room) -> list[UUID]:
    """The ids of what to claim now, for which there is room, unless another worker is quicker."""
    values: dict[str, Any] = {
        "now": timezone.now(),
        "early_probes": EARLY_PROBES,
        "share": PER_ENDPOINT,
        "at_hand": AT_HAND,
        "prompt": room.prompt,
        "others": room.others,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_IN_INDEX_ORDER)
        cursor.execute(_DUE, values)
        due = [Due(*row) for row in cursor.fetchall()]
    if due and due[0].lost_claims >= ALONE_AFTER:
        return [due[0].id]
    return [one.id for one in due if one.lost_claims < ALONE_AFTER]
