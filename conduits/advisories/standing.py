"""Which advisories stand for a copy: found when it is looked at, as nothing is written to the copies for them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.utils import timezone

from conduits.models import Advisory
from parties.models import Person
from picos.models import Pico
from picos.regions import country_of, regions_are_known

# For a row `advisory` and a row `pico`. The figures at a serial's end are looked up in the run that begins next before.
MATCHES: Final = """(
    (advisory.product_id IS NULL OR advisory.product_id = pico.product_id)
    AND (advisory.batch_id IS NULL OR advisory.batch_id = pico.batch_id)
    AND (NOT advisory.has_serials OR coalesce((
        SELECT run.last >= right(pico.serial, run.width) FROM conduits_serialrun AS run
        WHERE run.advisory_id = advisory.id AND run.prefix = rtrim(pico.serial, '0123456789')
          AND run.width = length(pico.serial) - length(rtrim(pico.serial, '0123456789'))
          AND run.first <= substr(pico.serial, length(rtrim(pico.serial, '0123456789')) + 1)
        ORDER BY run.first DESC LIMIT 1
    ), false))
)"""
STANDS: Final = "(advisory.ended_at IS NULL AND (advisory.until IS NULL OR advisory.until > now()))"
# What is over stays on its owner's page for a while.
REMEMBERED: Final = timedelta(days=30)
COUNTED: Final = 100_000

_OF_COPY = f"""
SELECT advisory.*, (
    SELECT max(read.revision) FROM conduits_acknowledgement AS read
    WHERE read.advisory_id = advisory.id AND read.person_id = %(person)s::uuid
) AS read_revision, EXISTS (
    SELECT FROM conduits_told AS told JOIN conduits_telling AS telling ON telling.id = told.telling_id
    WHERE telling.advisory_id = advisory.id AND told.person_id = %(person)s::uuid
) AS told
FROM conduits_advisory AS advisory JOIN picos_pico AS pico ON pico.id = %(pico)s::uuid
WHERE advisory.company_id = %(company)s::uuid AND {{when}} AND {MATCHES}
ORDER BY advisory.severity = 'high' DESC, advisory.id DESC
"""  # noqa: S608 (no value is in it)
_STANDING = _OF_COPY.format(when=STANDS)
_RECENT = _OF_COPY.format(when=f"({STANDS} OR coalesce(advisory.ended_at, advisory.until) > %(since)s)")
_CONCERNED = f"""
SELECT count(*) FROM (
    SELECT FROM picos_pico AS pico JOIN picos_product AS product ON product.id = pico.product_id
    JOIN conduits_advisory AS advisory ON advisory.id = %(advisory)s::uuid
    WHERE product.company_id = advisory.company_id AND pico.status <> 'retired' AND {MATCHES}
    LIMIT {COUNTED + 1}
) AS copies
"""  # noqa: S608 (nor in this one)


@dataclass(frozen=True, slots=True)
class Standing:
    """An advisory as one person sees it on one thing."""

    advisory: Advisory
    # Whether this person said that they have read what it says now, and whether they had read what it said before.
    read: bool
    read_before: bool
    # Whether this person was told of it.
    told: bool


def standing_for(pico: Pico, *, region: str, person: Person | None = None) -> list[Standing]:
    """What stands for this copy where it is now, the important first; no query while its company has none at all.

    `region` as `picos.regions.region_of` tells it.
    """
    if pico.product is None or not pico.product.company.advised or pico.status == Pico.Status.RETIRED:
        return []
    found = _of_copy(_STANDING, pico, person)
    return [one for one in found if reaches(one.advisory.region, region)]


def recent_for(pico: Pico, *, region: str, person: Person) -> list[Standing]:
    """The same with what was over within REMEMBERED, and what its owner was told or has read wherever they are now."""
    if pico.product is None:
        return []
    found = _of_copy(_RECENT, pico, person, since=timezone.now() - REMEMBERED)
    return [one for one in found if one.told or one.read or one.read_before or reaches(one.advisory.region, region)]


def standing_anywhere(pico: Pico) -> list[Advisory]:
    """What stands for this copy in any region."""
    return [one.advisory for one in _of_copy(_STANDING, pico, None)] if pico.product else []


def reaches(wanted: str, region: str) -> bool:
    """Whether an advisory for the region `wanted` is shown to a scan from `region`; a country has all its parts.

    A server that cannot tell regions at all shows it to everybody, and the page names the region.
    """
    return not wanted or wanted in {region, country_of(region)} or not regions_are_known()


def concerned(advisory: Advisory) -> int:
    """How many copies it is about, wherever they are; COUNTED + 1 stands for more than COUNTED."""
    with connection.cursor() as cursor:
        cursor.execute(_CONCERNED, {"advisory": advisory.pk})
        return int(cursor.fetchone()[0])


def _of_copy(statement: str, pico: Pico, person: Person | None, **more: Any) -> list[Standing]:
    company_id: UUID = pico.product.company_id  # type: ignore[union-attr]
    values = {"pico": pico.pk, "company": company_id, "person": person.pk if person else None, **more}
    return [_seen(advisory) for advisory in Advisory.objects.raw(statement, values)]


def _seen(advisory: Advisory) -> Standing:
    read: int = advisory.read_revision or 0  # type: ignore[attr-defined]
    told: bool = advisory.told  # type: ignore[attr-defined]
    return Standing(advisory, read=read == advisory.revision, read_before=0 < read < advisory.revision, told=told)
