"""Recording scans: somebody opened the page of a code."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from uuid_utils.compat import uuid7

from parties.actors import ANONYMOUS, Actor
from parties.models import Person
from picos import bell
from picos.copies import keep_sightings
from picos.event_types import SCANNED
from picos.events import lane_of
from picos.models import Pico, Visit
from picos.prepared import prepared_cursor
from picos.regions import country_of
from picos.turns import ORDER_LOCK, turn_key

# Reloads of one visitor within this time are one scan.
REPEAT_WITHIN = timedelta(seconds=60)

# One round trip for any number of scans: locks, repeat check, events and queue. The scan rate hangs on this statement.
# The conditional upsert settles races of one visitor's tabs; no row comes back for a visit that is a repeat. Who waits
# for others asks for `patience`, as one pico's slow turn would be a wait for all of them.
_STATEMENT = """
WITH draft AS MATERIALIZED (
    SELECT * FROM unnest(
        %b::uuid[], %b::uuid[], %b::uuid[], %b::uuid[], %b::bytea[], %b::text[], %b::uuid[], %b::int[],
        %b::smallint[]{column}
    ) WITH ORDINALITY AS t (id, pico_id, owner_id, company_id, visitor, actor_kind, actor_id, lock, lane{name}, place)
), patience AS MATERIALIZED (
    SELECT set_config('lock_timeout', %s::text, true)
), locked AS MATERIALIZED (
    SELECT pg_advisory_xact_lock(%s::int, lock)
    FROM (SELECT DISTINCT lock FROM draft, patience ORDER BY lock) AS wanted
), visit AS (
    INSERT INTO picos_visit AS seen (pico_id, visitor, event_id, at)
    SELECT pico_id, visitor, id, now() FROM draft WHERE (SELECT count(*) FROM locked) > 0 ORDER BY place
    ON CONFLICT (pico_id, visitor) DO UPDATE SET event_id = excluded.event_id, at = excluded.at
    WHERE seen.at <= now() - %s::interval
    RETURNING event_id
), event AS (
    INSERT INTO picos_event (id, type, pico_id, owner_id, company_id, data, actor_kind, actor_id, root_id, depth)
    SELECT draft.id, %s::text, pico_id, owner_id, company_id, {data}, actor_kind, actor_id, draft.id, 0
    FROM draft JOIN visit ON visit.event_id = draft.id ORDER BY place
    RETURNING id, sequence
), pending AS (
    INSERT INTO picos_pending (event_id, lane, sequence, party)
    SELECT event.id, draft.lane, event.sequence, coalesce(company_id, pico_id) FROM event JOIN draft USING (id)
)
SELECT id FROM event
"""
_SCAN = _STATEMENT.format(column="", name="", data="'{}'")
# Where a region is known; elsewhere the statement is as small as it can be.
_SCAN_WITH_REGION = _STATEMENT.format(
    column=", %b::text[]",
    name=", region",
    data="CASE region WHEN '' THEN '{}' ELSE jsonb_build_object('region', region) END",
)


@dataclass(frozen=True, slots=True)
class Scan:
    """A page that was opened, and by whom."""

    pico_id: UUID
    owner_id: UUID | None
    company_id: UUID | None
    visitor: bytes
    actor: Actor = ANONYMOUS
    # As picos/regions.py tells it; of a pico that nobody owns the country alone is kept.
    region: str = ""


def record_scan(*, pico: Pico, visitor: bytes, person: Person | None, region: str = "") -> UUID:
    """The id of the scan's event, committed; of the earlier one when this visitor was here within a minute."""
    company_id = pico.product.company_id if pico.product else None
    scan = Scan(pico.pk, pico.owner_id, company_id, visitor, Actor.of_person(person) if person else ANONYMOUS, region)
    (recorded,) = record_scans([scan])
    return recorded or Visit.objects.values_list("event_id", flat=True).get(pico_id=pico.pk, visitor=visitor)


def record_scans(scans: Sequence[Scan], *, patience: timedelta = timedelta()) -> list[UUID | None]:
    """The id of each scan's event, committed; None for one that repeats another.

    Raises OperationalError, with nothing recorded, when a pico's turn is not free within `patience` (0: whenever).
    """
    ids = [uuid7() for _ in scans]
    # A statement cannot touch a row twice.
    first = {(scan.pico_id, scan.visitor): at for at, scan in reversed(list(enumerate(scans)))}
    counted = [(ids[at], scans[at], turn_key(scans[at].pico_id)) for at in sorted(first.values())]
    columns: list[list[Any]] = [
        [new_id for new_id, _, _ in counted],
        [scan.pico_id for _, scan, _ in counted],
        [scan.owner_id for _, scan, _ in counted],
        [scan.company_id for _, scan, _ in counted],
        [scan.visitor for _, scan, _ in counted],
        [scan.actor.kind for _, scan, _ in counted],
        [scan.actor.id for _, scan, _ in counted],
        [key for _, _, key in counted],
        [lane_of(key) for _, _, key in counted],
    ]
    waiting = f"{patience // timedelta(milliseconds=1)}ms"
    with prepared_cursor() as cursor:
        with_region = any(scan.region for _, scan, _ in counted)
        if with_region:
            columns.append([scan.region if scan.owner_id else country_of(scan.region) for _, scan, _ in counted])
        values: list[Any] = [*columns, waiting, ORDER_LOCK, REPEAT_WITHIN, SCANNED]
        cursor.execute(_SCAN_WITH_REGION if with_region else _SCAN, values)
        recorded = {row[0] for row in cursor.fetchall()}
    if recorded:
        bell.ring(bell.EVENTS)
    return [new_id if new_id in recorded else None for new_id in ids]


def forget_old_visits() -> None:
    """Takes away the visits that no reload can repeat any more; copies are told by who came within the hour."""
    keep_sightings(timezone.now() - 2 * REPEAT_WITHIN)
