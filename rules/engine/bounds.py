"""Bounds: how many of a party's rules run on one event, and how deep and wide a chain of causes may grow."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import Count
from django.utils import timezone

from picos.models import Event
from rules.engine.moment import Moment
from rules.models import Run

# As many as a company can have endpoints (conduits/delivery/endpoints.py), whose subscriptions go first.
MOST_PER_EVENT = 50
# Longer chains of causes are taken for rules that call each other.
DEEPEST = 8
# And wider ones for rules that multiply each other: the runs that one first event may lead to beyond its own.
MOST_IN_CHAIN = 500
CHAIN_WINDOW = timedelta(hours=1)

TOO_LONG = f"More than {DEEPEST} steps led to this event."
TOO_WIDE = f"More than {MOST_IN_CHAIN} runs within an hour go back to the same first event."
TOO_MANY = f"More than {MOST_PER_EVENT} of your rules met this event."

Stopped = tuple[Moment, str]


class Bounds:
    """Decides for the events of one batch; counts what it lets run or stops, on top of the runs recorded before.

    A chain's events lie in one lane as long as they are of one pico; else two workers may each let it grow a bit wider.
    """

    def __init__(self, events: Sequence[Event]) -> None:
        self._in_chain = _recorded({event.root_id for event in events if event.depth})

    def divide(self, event: Event, moments: Sequence[Moment]) -> tuple[list[Moment], list[Stopped]]:
        """Of the rules that meet the event, those that may run, and those whose stop is recorded, each with its reason.

        The stop of a chain that has become too wide is recorded where that happens, and the rest of it in silence:
        otherwise rules that multiply each other would fill the table with what they did not do.
        """
        if event.depth:
            before = self._in_chain[event.root_id]
            if before > MOST_IN_CHAIN:
                return [], []
            self._in_chain[event.root_id] += len(moments)
            if event.depth > DEEPEST:
                return [], [(moment, TOO_LONG) for moment in moments]
            if before + len(moments) > MOST_IN_CHAIN:
                return [], [(moment, TOO_WIDE) for moment in moments]
        return _first_of_each_party(moments)


def _recorded(roots: set[UUID]) -> Counter[UUID]:
    if not roots:
        return Counter()
    runs = Run.objects.filter(root_id__in=roots, at__gt=timezone.now() - CHAIN_WINDOW)
    return Counter(dict(runs.order_by().values_list("root_id").annotate(Count("pk"))))


def _first_of_each_party(moments: Sequence[Moment]) -> tuple[list[Moment], list[Stopped]]:
    """By their plans' rank, as many as each party may have."""
    ranked = sorted(moments, key=lambda moment: moment.plan.rank)
    if len(ranked) <= MOST_PER_EVENT:
        return ranked, []
    running: list[Moment] = []
    stopped: list[Stopped] = []
    met: Counter[UUID] = Counter()
    for moment in ranked:
        party = moment.plan.party_id
        met[party] += 1
        if met[party] > MOST_PER_EVENT:
            stopped.append((moment, TOO_MANY))
        else:
            running.append(moment)
    return running, stopped
