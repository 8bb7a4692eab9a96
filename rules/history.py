"""The events that a party may see, the newest first, for looking back."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from conduits import gate
from parties.models import Company, Person
from picos.models import Event, Pico
from rules.engine.batch import Surroundings

MOST: Final = 200
# How far back, in steps that double, so that a busy company's last hour does not cost a month of reading.
FIRST_STEP: Final = timedelta(hours=1)
FURTHEST: Final = timedelta(days=60)


def last_events(party: Company | Person, *, types: Collection[str], picos: Sequence[UUID], most: int) -> list[Event]:
    """The newest of these types (all, if none is named), on these picos (all of the party's), at most `most`.

    Each is loaded with its pico, product and owner. A company gets what the gate lets it see now.
    """
    found: list[Event] = []
    for stretch in _stretches(timezone.now()):
        rows = _theirs(party, picos).filter(stretch)
        if types:
            rows = rows.filter(type__in=types)
        found += _visible(party, list(rows.order_by("-id")[: most * 2]))
        if len(found) >= most:
            break
    return found[:most]


def visible_event(party: Company | Person, event_id: UUID) -> Event:
    """One event that the party may see, loaded in the same way. Raises Http404."""
    found = _visible(party, list(_theirs(party, ()).filter(pk=event_id)))
    if not found:
        raise Http404
    return found[0]


def _theirs(party: Company | Person, picos: Sequence[UUID]) -> QuerySet[Event]:
    if isinstance(party, Person):
        mine = picos or Pico.objects.filter(journals__owner=party).values("pk")
        return Event.objects.filter(Q(pico__in=mine) | Q(pico=None), owner=party).exclude(gate.kept_from_owner())
    rows = Event.objects.filter(company=party)
    return rows.filter(pico__in=picos) if picos else rows


def _visible(party: Company | Person, events: Sequence[Event]) -> list[Event]:
    around = Surroundings(events, [])
    if isinstance(party, Person):
        return list(events)
    return [event for event in events if gate.decide_event(event, around.conduit_of(event)).passes]


def _stretches(now: datetime) -> Iterator[Q]:
    """Ranges of ids, whose first 48 bits are milliseconds."""
    upper, step = None, FIRST_STEP
    back = timedelta(0)
    while back < FURTHEST:
        back = min(back + step, FURTHEST)
        lower = _first_id(now - back)
        yield Q(pk__gte=lower) & (Q(pk__lt=upper) if upper else Q())
        upper, step = lower, step * 4


def _first_id(at: datetime) -> UUID:
    return UUID(int=int(at.timestamp() * 1000) << 80)
