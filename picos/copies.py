"""Likely copies: one thing that is scanned by too many at once, or in too many places too quickly.

Looked for every few minutes over what was recorded lately, never while a scan is answered. docs/copies.md tells how
often it is right.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Max, Min
from django.utils import timezone

from parties.actors import SYSTEM
from picos.distances import kilometres_between
from picos.event_types import CLAIMED, RELEASED, RETIRED, SCANNED, SUSPECTED_COPY, TRANSFERRED
from picos.events import record_event
from picos.models import CopyThresholds, Event, Pico, Product, Sighting, Suspicion
from picos.partitions import bound
from picos.regions import country_of, regions_are_known
from picos.turns import take_turn

# The window of the velocity sign.
HOUR: Final = timedelta(hours=1)
# The window of the distance sign, and how many of its newest scans are looked at.
WEEK: Final = timedelta(days=7)
MOST_SCANS: Final = 200
# A pico is looked at again when it was scanned within this time: three rounds, so that a late one or two leave no gap.
LOOK_BACK: Final = timedelta(minutes=15)
# One event for each pico within this time, however long the signs last.
COOL_DOWN: Final = timedelta(hours=24)
# Of what many people scan, some come over a distant network: so many jumps among a pico's scans are nothing.
SHARE: Final = 0.3
AT_ONCE: Final = 500

CHANGES_OF_OWNER: Final = (CLAIMED, TRANSFERRED, RELEASED, RETIRED)

Place = tuple[datetime, str]
# A pico and its owner while it was looked at.
Owned = tuple[UUID, UUID | None]
Evidence = dict[str, Any]

# What was seen of a pico with one owner (None: with nobody) says nothing to the next one, nor to whom they grant it.
_PLACES = """
SELECT asked.id, asked.owner_id, told.at, told.region
FROM (SELECT id, owner_id FROM picos_pico WHERE id = ANY(%s::uuid[])) AS asked CROSS JOIN LATERAL (
    SELECT at, data->>'region' AS region FROM picos_event
    WHERE pico_id = asked.id AND owner_id IS NOT DISTINCT FROM asked.owner_id
        AND id >= %s::uuid AND type = %s AND actor_kind = 'anonymous' AND data ? 'region'
    ORDER BY sequence DESC LIMIT %s
) AS told
ORDER BY asked.id, told.at
"""
# What no reload can repeat any more, see picos/scanning.py, is kept for its hour, away from the scan's path.
_MOVE = """
WITH gone AS (DELETE FROM picos_visit WHERE at < %s RETURNING pico_id, visitor, at)
INSERT INTO picos_sighting AS seen (pico_id, visitor, at) SELECT pico_id, visitor, at FROM gone
ON CONFLICT (pico_id, visitor) DO UPDATE SET at = excluded.at WHERE seen.at < excluded.at
"""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on it is too much; None switches a sign off."""

    visitors_per_hour: int | None = 30
    kilometres_per_hour: int | None = 1000
    jumps: int = 4


DEFAULT: Final = Thresholds()


def evidence_of(*, visitors: int, places: Sequence[Place], limits: Thresholds) -> Evidence:
    """What speaks for a copy; empty when nothing does. `visitors` are those of an hour, `places` in order of time."""
    evidence: Evidence = {}
    if limits.visitors_per_hour is not None and visitors >= limits.visitors_per_hour:
        evidence |= {"visitors": visitors}
    if limits.kilometres_per_hour is not None:
        evidence |= _jumps(places, limits.kilometres_per_hour, limits.jumps)
    signs = [sign for sign, key in (("velocity", "visitors"), ("distance", "jumps")) if key in evidence]
    return {"signs": signs} | evidence if signs else {}


def watch() -> int:
    """Looks at what was scanned of late, and records an event for each pico that looks copied; returns how many.

    May run at any time, twice, or at once: within COOL_DOWN a pico has one event.
    """
    now = timezone.now()
    forget_old_sightings(now)
    visitors = _crowds(now)
    places = _places(now) if regions_are_known() else {}
    asked = [*{pico_id for pico_id, _ in (*visitors, *places)}]
    return sum(_look_at(asked[at : at + AT_ONCE], visitors, places) for at in range(0, len(asked), AT_ONCE))


def keep_sightings(before: datetime) -> None:
    """Moves the visits before this time to where they are counted by the hour."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, [before])


def forget_old_sightings(now: datetime) -> None:
    """Deletes what is older than any window."""
    Sighting.objects.filter(at__lt=now - HOUR).delete()


def thresholds_of(products: Iterable[Product]) -> dict[UUID, Thresholds]:
    """What was set for them; a product that is left out has DEFAULT."""
    rows = CopyThresholds.objects.filter(product__in=[product.pk for product in products])
    return {row.product_id: Thresholds(row.visitors_per_hour, row.kilometres_per_hour, row.jumps) for row in rows}


def set_thresholds(*, product: Product, limits: Thresholds) -> None:
    """From the next look on."""
    CopyThresholds.objects.update_or_create(
        product=product,
        defaults={
            "visitors_per_hour": limits.visitors_per_hour,
            "kilometres_per_hour": limits.kilometres_per_hour,
            "jumps": limits.jumps,
        },
    )


def _jumps(places: Sequence[Place], fastest: int, fewest: int) -> Evidence:
    """Moves between countries that are faster than `fastest` (km/h), if they are many, with the longest of them."""
    jumps = []
    for (then, before), (at, after) in pairwise(places):
        far = kilometres_between(before, after)
        if far > fastest * ((at - then) / HOUR):
            jumps.append((far, (at - then) // timedelta(minutes=1), sorted({before, after})))
    if len(jumps) < max(fewest, SHARE * len(places)):
        return {}
    far, minutes, regions = max(jumps)
    return {"jumps": len(jumps), "scans": len(places), "regions": regions, "kilometres": round(far), "minutes": minutes}


def _crowds(now: datetime) -> dict[Owned, int]:
    """How many visitors each pico had within the hour with its owner of now, for those that may have had too many."""
    lowest = CopyThresholds.objects.aggregate(lowest=Min("visitors_per_hour"))["lowest"]
    fewest = min(filter(None, (lowest, DEFAULT.visitors_per_hour)), default=0)
    lately = Sighting.objects.filter(at__gte=now - HOUR)
    counted = lately.values("pico").annotate(visitors=Count("pk")).filter(visitors__gte=fewest)
    crowds = dict(counted.values_list("pico", "visitors"))
    if not crowds:
        return {}
    owners = dict(Pico.objects.filter(pk__in=crowds).values_list("pk", "owner"))
    # Read after the owners: who came before a change that is not among these is not counted with the next owner's.
    changes = Event.objects.filter(pk__gte=bound(now - HOUR), pico__in=crowds, type__in=CHANGES_OF_OWNER)
    for pico_id, changed in changes.order_by().values_list("pico").annotate(Max("at")):
        crowds[pico_id] = lately.filter(pico=pico_id, at__gt=changed).count()
    return {(pico_id, owner_id): crowds[pico_id] for pico_id, owner_id in owners.items()}


def _places(now: datetime) -> dict[Owned, list[Place]]:
    """From where the picos that were scanned just now were scanned within the week with their owners of now, whose own
    scans are left out.
    """
    recent = Event.objects.filter(
        pk__gte=bound(now - LOOK_BACK), type=SCANNED, actor_kind="anonymous", data__has_key="region"
    )
    asked = list(recent.order_by().values_list("pico", flat=True).distinct())
    found: dict[Owned, list[Place]] = {}
    for start in range(0, len(asked), AT_ONCE):
        with connection.cursor() as cursor:
            cursor.execute(_PLACES, [asked[start : start + AT_ONCE], bound(now - WEEK), SCANNED, MOST_SCANS])
            for pico_id, owner_id, at, region in cursor.fetchall():
                found.setdefault((pico_id, owner_id), []).append((at, country_of(region)))
    return found


def _look_at(pico_ids: Sequence[UUID], visitors: Mapping[Owned, int], places: Mapping[Owned, list[Place]]) -> int:
    picos = Pico.objects.filter(pk__in=pico_ids).exclude(product=None).select_related("product")
    limits = thresholds_of(pico.product for pico in picos if pico.product)
    told = 0
    for pico in picos:
        evidence = evidence_of(
            visitors=visitors.get((pico.pk, pico.owner_id), 0),
            places=places.get((pico.pk, pico.owner_id), ()),
            limits=limits.get(pico.product_id, DEFAULT) if pico.product_id else DEFAULT,
        )
        told += bool(evidence) and _suspect(pico, evidence)
    return told


@transaction.atomic
def _suspect(seen: Pico, evidence: Evidence) -> bool:
    """Records the event, unless there was one within COOL_DOWN, or it has another owner than when it was seen."""
    take_turn(seen.pk)
    now = timezone.now()
    if Suspicion.objects.filter(pico=seen, at__gt=now - COOL_DOWN).exists():
        return False
    pico = Pico.objects.with_product().get(pk=seen.pk)
    if pico.owner_id != seen.owner_id:
        return False
    Suspicion.objects.update_or_create(pico=pico, defaults={"at": now, "owner_id": pico.owner_id, "evidence": evidence})
    record_event(SUSPECTED_COPY, pico=pico, actor=SYSTEM, data=evidence)
    return True
