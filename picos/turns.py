"""A pico's turn: the lock that a verb takes first, before any row, so that verbs on one pico queue up in one order.

It is the same advisory lock under which events draw their sequence numbers. Whoever takes several, takes them sorted.
"""

from collections.abc import Iterable
from uuid import UUID

from picos.prepared import prepared_cursor

ORDER_LOCK = 1
_TAKE = """
SELECT pg_advisory_xact_lock(%s::int, key) FROM (SELECT DISTINCT unnest(%b::int[]) AS key ORDER BY 1) AS wanted
"""


def turn_key(*ids: UUID | None) -> int:
    """31 bits from the first id that is there (the random end of a UUIDv7); decides the lock and the queue's lane."""
    return next(id_.int for id_ in ids if id_) & 0x7FFFFFFF


def take_turn(*pico_ids: UUID) -> None:
    """Waits for the picos' turns and keeps them until the surrounding transaction ends."""
    take_turns(turn_key(pico_id) for pico_id in pico_ids)


def take_turns(keys: Iterable[int]) -> None:
    """The same, by keys."""
    with prepared_cursor() as cursor:
        cursor.execute(_TAKE, [ORDER_LOCK, list(keys)])
