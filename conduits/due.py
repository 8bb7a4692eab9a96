"""Which messages may leave now, shared out fairly among endpoints: a dead one must not keep the others waiting."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

# How many messages one claim takes; all of them are under way together.
AT_ONCE = 128
# How many of one endpoint's may be under way in all workers together. While it fails, those that wait for their
# second attempt count too, so that a long backlog goes to it a share at a time.
PER_ENDPOINT = 64

# An index probe per endpoint; a sort of all that is due would grow with the longest backlog. Each endpoint's first
# goes before anybody's second.
_DUE = """
WITH due AS MATERIALIZED (
    SELECT endpoint.id AS endpoint_id, share.id, share.next_attempt_at, share.place
    FROM conduits_endpoint AS endpoint CROSS JOIN LATERAL (
        SELECT id, next_attempt_at, row_number() OVER (ORDER BY next_attempt_at) AS place
        FROM conduits_delivery AS message
        WHERE endpoint_id = endpoint.id AND state = 'waiting' AND next_attempt_at <= %(now)s
          AND NOT (endpoint.ordered AND EXISTS (
              SELECT FROM conduits_delivery AS ahead
              WHERE ahead.endpoint_id = endpoint.id AND ahead.pico_id = message.pico_id
                AND ahead.state = 'waiting' AND ahead.sequence < message.sequence
          ))
        ORDER BY next_attempt_at LIMIT %(share)s
    ) AS share
    WHERE endpoint.status = 'enabled' AND endpoint.deleted_at IS NULL
), busy AS (
    SELECT endpoint_id, (
        SELECT count(*) FROM (
            SELECT FROM conduits_delivery AS message
            WHERE message.endpoint_id = due.endpoint_id AND state = 'waiting' AND attempt_count > 0
              AND next_attempt_at > %(now)s AND next_attempt_at <= %(leased_until)s
            LIMIT %(share)s
        ) AS under_way
    ) AS number
    FROM due WHERE place = 1
)
SELECT due.id FROM due JOIN busy USING (endpoint_id)
WHERE due.place <= %(share)s - busy.number
ORDER BY due.place, due.next_attempt_at LIMIT %(at_once)s
"""


def due_ids(*, leased_until: datetime) -> list[UUID]:
    """The ids of what to claim now, unless another worker is quicker. A claim made now would end at `leased_until`."""
    values: dict[str, Any] = {
        "now": timezone.now(),
        "leased_until": leased_until,
        "share": PER_ENDPOINT,
        "at_once": AT_ONCE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_DUE, values)
        return [row[0] for row in cursor.fetchall()]
