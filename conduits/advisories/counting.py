"""What a company learns of how its advisories are received: numbers, never who."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, F, Q

from conduits.models import Acknowledgement, Advisory, Telling


@dataclass(frozen=True, slots=True)
class Figures:
    """Owners who said that they have read it: what it says now, and any of its wordings. And the newest round."""

    read: int
    read_any: int
    telling: Telling | None


def figures_of(advisories: Sequence[Advisory]) -> dict[UUID, Figures]:
    """By the advisory's id, with two queries for any number of them."""
    ids = [advisory.pk for advisory in advisories]
    latest = Count("person", filter=Q(revision=F("advisory__revision")), distinct=True)
    counted = Acknowledgement.objects.filter(advisory__in=ids).values("advisory")
    read = {
        row["advisory"]: (row["now"], row["ever"])
        for row in counted.annotate(now=latest, ever=Count("person", distinct=True))
    }
    rounds = Telling.objects.filter(advisory__in=ids).order_by("advisory", "-pk").distinct("advisory")
    newest = {one.advisory_id: one for one in rounds}
    return {id_: Figures(*read.get(id_, (0, 0)), newest.get(id_)) for id_ in ids}
