"""Recording a scan: somebody opened the page of a code."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from parties.actors import ANONYMOUS, Actor
from parties.models import Person
from picos import bell
from picos.event_types import SCANNED
from picos.events import lane_of
from picos.models import Pico, Visit
from picos.turns import ORDER_LOCK, turn_key

# Reloads of one visitor within this time are one scan.
REPEAT_WITHIN = timedelta(seconds=60)

# One round trip for lock, repeat check, event and queue: this is the statement that the scan rate hangs on.
# The conditional upsert settles races of one visitor's tabs; no row comes back when the visit is a repeat.
_SCAN = """
WITH locked AS MATERIALIZED (
    SELECT pg_advisory_xact_lock(%(order_lock)s, %(key)s)
), visit AS (
    INSERT INTO picos_visit AS seen (pico_id, visitor, event_id, at)
    SELECT %(pico)s, %(visitor)s, %(event)s, now() FROM locked
    ON CONFLICT (pico_id, visitor) DO UPDATE SET event_id = excluded.event_id, at = excluded.at
    WHERE seen.at <= now() - %(repeat)s
    RETURNING event_id
), event AS (
    INSERT INTO picos_event (id, type, pico_id, owner_id, company_id, data, actor_kind, actor_id, root_id, depth)
    SELECT event_id, %(type)s, %(pico)s, %(owner)s, %(company)s, '{}', %(actor_kind)s, %(actor)s, event_id, 0 FROM visit
    RETURNING id, sequence
), pending AS (
    INSERT INTO picos_pending (event_id, lane, sequence) SELECT id, %(lane)s, sequence FROM event
)
SELECT id FROM event
"""


def record_scan(*, pico: Pico, visitor: bytes, person: Person | None) -> UUID:
    """The id of the scan's event, committed; of the earlier one when this visitor was here within a minute."""
    key = turn_key(pico.pk)
    actor = Actor.of_person(person) if person else ANONYMOUS
    values: dict[str, Any] = {
        "order_lock": ORDER_LOCK,
        "key": key,
        "lane": lane_of(key),
        "pico": pico.pk,
        "owner": pico.owner_id,
        "company": pico.product.company_id if pico.product else None,
        "visitor": visitor,
        "event": uuid7(),
        "repeat": REPEAT_WITHIN,
        "type": SCANNED,
        "actor_kind": actor.kind,
        "actor": actor.id,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SCAN, values)
        recorded = cursor.fetchone()
        if recorded is None:
            cursor.execute(
                "SELECT event_id FROM picos_visit WHERE pico_id = %(pico)s AND visitor = %(visitor)s", values
            )
            return UUID(str(cursor.fetchone()[0]))
    bell.ring(bell.EVENTS)
    return UUID(str(recorded[0]))


def forget_old_visits() -> None:
    """Deletes the visits that no reload can repeat any more."""
    Visit.objects.filter(at__lt=timezone.now() - 2 * REPEAT_WITHIN).delete()
