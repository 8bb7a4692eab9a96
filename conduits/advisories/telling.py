"""Telling owners of an advisory, in the background and at a steady rate.

A round goes through the owners with an open conduit to the company, in the order of their ids, some each second. The
notices, who got them and how far the round is are one commit: a worker that is killed leaves none of it, or all, and
the next goes on from there. What each page shows does not wait for it.
"""

import logging
from datetime import timedelta
from textwrap import shorten
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from conduits.advisories.standing import MATCHES
from conduits.models import Advisory, Telling, Told
from conduits.models.advisory import Severity
from parties.models import Person
from picos import bell
from picos.event_types import SCANNED
from picos.models import Notice, Pico
from picos.notices import notify

logger = logging.getLogger(__name__)

News = Telling.News
EVERY: Final = timedelta(seconds=1)
SAID: Final = 400

# One thing of each owner whom it is about. A region takes the owner's grant, and is that of their own last scan. Who
# was told of it before hears what became of it, unless they want to hear of none.
_OWNERS = f"""
SELECT DISTINCT ON (conduit.owner_id) conduit.owner_id, conduit.pico_id
FROM conduits_conduit AS conduit
JOIN picos_pico AS pico ON pico.id = conduit.pico_id AND pico.owner_id = conduit.owner_id
JOIN conduits_advisory AS advisory ON advisory.id = %(advisory)s::uuid
LEFT JOIN conduits_wish AS wish ON wish.person_id = conduit.owner_id
WHERE conduit.company_id = advisory.company_id AND conduit.status = 'open'
  AND (%(cursor)s::uuid IS NULL OR conduit.owner_id > %(cursor)s::uuid)
  AND {MATCHES}
  AND (advisory.region = '' OR 'region' = ANY(conduit.grants) AND (
      SELECT event.data ->> 'region' = advisory.region OR left(event.data ->> 'region', 2) = advisory.region
      FROM picos_event AS event
      WHERE event.pico_id = pico.id AND event.type = %(scanned)s AND event.owner_id = conduit.owner_id
        AND event.actor_kind = 'person' AND event.actor_id = conduit.owner_id AND event.data ? 'region'
      ORDER BY event.sequence DESC LIMIT 1
  ))
  AND CASE coalesce(wish.level, 'high')
      WHEN 'none' THEN false
      ELSE (%(news)s <> 'ended' AND (wish.level = 'all' OR advisory.severity = 'high')) OR EXISTS (
          SELECT FROM conduits_told AS told JOIN conduits_telling AS earlier ON earlier.id = told.telling_id
          WHERE earlier.advisory_id = advisory.id AND earlier.id <> %(telling)s::uuid
            AND told.person_id = conduit.owner_id
      )
      END
ORDER BY conduit.owner_id, conduit.pico_id
"""  # noqa: S608 (no value is in it)


def begin_telling(advisory: Advisory, news: str) -> Telling:
    """A round about the advisory as it is now; those before it end. In the caller's transaction."""
    before = Telling.objects.filter(advisory=advisory, state=Telling.State.UNDER_WAY)
    before.update(state=Telling.State.OVERTAKEN, finished_at=timezone.now())
    bell.ring(bell.TELLINGS)
    return Telling.objects.create(advisory=advisory, news=news, revision=advisory.revision)


def tell_due() -> None:
    """One step of each round whose second has come; one that fails is tried again later and stops no other."""
    due = Telling.objects.filter(state=Telling.State.UNDER_WAY, next_at__lte=timezone.now())
    for telling_id in list(due.order_by("next_at").values_list("pk", flat=True)):
        try:
            tell_some(telling_id)
        except Exception:
            logger.exception("round %s cannot go on now", telling_id)


@transaction.atomic
def tell_some(telling_id: UUID) -> int:
    """Tells the next owners of a round, PICO_TOLD_PER_SECOND at most, and returns how many; 0 when it is over, or
    another worker has it.
    """
    telling = _hold(telling_id)
    if telling is None:
        return 0
    if telling.reaches is None:
        Telling.objects.filter(pk=telling.pk).update(reaches=_count(telling))
    owners = _owners(telling)
    told = _tell(telling, owners)
    done = len(owners) < settings.PICO_TOLD_PER_SECOND
    Telling.objects.filter(pk=telling.pk).update(
        told=F("told") + told,
        cursor=owners[-1][0] if owners else telling.cursor,
        state=Telling.State.DONE if done else Telling.State.UNDER_WAY,
        finished_at=timezone.now() if done else None,
        next_at=timezone.now() + EVERY,
    )
    return told


def _hold(telling_id: UUID) -> Telling | None:
    waiting = Telling.objects.select_for_update(skip_locked=True, of=("self",)).select_related("advisory__company")
    return waiting.filter(pk=telling_id, state=Telling.State.UNDER_WAY, next_at__lte=timezone.now()).first()


def _owners(telling: Telling) -> list[tuple[UUID, UUID]]:
    """The next owners, each with the thing that it is about."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_OWNERS} LIMIT %(limit)s", _values(telling) | {"limit": settings.PICO_TOLD_PER_SECOND})
        return [(owner_id, pico_id) for owner_id, pico_id in cursor.fetchall()]


def _count(telling: Telling) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({_OWNERS}) AS owners", _values(telling))  # noqa: S608 (values apart)
        return int(cursor.fetchone()[0])


def _values(telling: Telling) -> dict[str, Any]:
    return {
        "advisory": telling.advisory_id,
        "cursor": telling.cursor,
        "scanned": SCANNED,
        "news": telling.news,
        "telling": telling.pk,
    }


def _tell(telling: Telling, owners: list[tuple[UUID, UUID]]) -> int:
    people = Person.objects.in_bulk([person_id for person_id, _ in owners])
    picos = Pico.objects.with_product().in_bulk([pico_id for _, pico_id in owners])
    Told.objects.bulk_create(Told(telling=telling, person_id=person_id) for person_id, _ in owners)
    text = _text(telling)
    advisory = telling.advisory
    urgent = advisory.severity == Severity.HIGH and telling.news != News.ENDED
    for person_id, pico_id in owners:
        pico = picos[pico_id]
        notify(
            person=people[person_id],
            pico=pico,
            text=text,
            path=advisories_path(pico),
            kind=Notice.Kind.ADVISORY,
            company=advisory.company_id,
            urgent=urgent,
        )
    return len(owners)


def advisories_path(pico: Pico) -> str:
    """Where the owner reads them, and where notices of them lead."""
    return f"/things/{pico.code}#advisories"


def _text(telling: Telling) -> str:
    advisory, company = telling.advisory, telling.advisory.company
    if telling.news == News.ENDED:
        over = "All clear" if advisory.ending == Advisory.Ending.ALL_CLEAR else "Withdrawn"
        text = f"{company}: {over}. “{advisory.title}” holds no more. {advisory.closing_words}"
    elif telling.news == News.CORRECTED:
        text = f"{company} corrected: {advisory.title}. {advisory.body}"
    else:
        text = f"{company}: {advisory.title}. {advisory.body}"
    return shorten(text, SAID, placeholder=" …")
