"""Writing down what came of letters: sent, tried again later, or given up; and a way that is gone is switched off."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import OperationalError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from conduits.models import Allowance, Dispatch, Way
from conduits.reaching.claiming import MOST_TRIES
from conduits.reaching.letters import Letter
from conduits.reaching.results import Outcome, Result
from conduits.reaching.ways import switch_off
from live.announcing import announce
from live.tokens import topic

logger = logging.getLogger(__name__)

State = Dispatch.State
# After which time a letter that could not be sent is tried again; the last one counts for all further tries.
WAITS: Final = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 3 * 60, 6 * 60, 12 * 60, 12 * 60, 12 * 60)
)


def record(results: Sequence[tuple[Letter, Result]]) -> None:
    """Each in a transaction of its own. One that cannot be written ends, as it may have arrived, and keeps no other
    from it.
    """
    for letter, result in results:
        try:
            with transaction.atomic():
                _record(letter, result, timezone.now())
        except OperationalError:
            # The database's trouble; the leases bring them back.
            raise
        except Exception:
            logger.exception("what came of dispatch %s could not be written down", letter.id)
            _end(letter, State.FAILED, "What came of it could not be written down.", timezone.now())
            _free(letter, None)


def _record(letter: Letter, result: Result, now: datetime) -> None:
    if result.outcome is Outcome.SENT:
        _free(letter, None)
        _end(letter, State.SENT, "", now)
        return
    _give_back(letter)
    if result.outcome is Outcome.GONE:
        _end(letter, State.FAILED, result.problem, now)
        _give_up(letter.way, result.problem)
    elif result.outcome is Outcome.REFUSED:
        _free(letter, None)
        _end(letter, State.FAILED, result.problem, now)
    elif letter.tries >= MOST_TRIES:
        _end(letter, State.FAILED, result.problem, now)
        _free(letter, None)
        if letter.way.kind != Way.Kind.EMAIL:
            _give_up(letter.way, f"Nothing could be sent for days. {result.problem}")
    else:
        again = now + max(WAITS[min(letter.tries, len(WAITS)) - 1], timedelta(seconds=result.wait))
        # Whatever else waits for this way would fail like it.
        _free(letter, again)
        _waiting(letter).update(next_at=again, problem=result.problem[:200])


def _end(letter: Letter, state: str, problem: str, now: datetime) -> None:
    _waiting(letter).update(state=state, problem=problem[:200], next_at=None, finished_at=now)


def _waiting(letter: Letter) -> QuerySet[Dispatch]:
    return Dispatch.objects.filter(pk__in=[one.pk for one in letter.dispatches], state=State.WAITING)


def _free(letter: Letter, at: datetime | None) -> None:
    Way.objects.filter(pk=letter.way.pk).update(free_at=at)


def _give_back(letter: Letter) -> None:
    """What did not arrive uses nothing up."""
    used = Allowance.objects.filter(way=letter.way, company__in=letter.charged, day=letter.day, used__gt=0)
    used.update(used=F("used") - 1)


def _give_up(way: Way, reason: str) -> None:
    """Its person is told on the dashboard (dashboards/templates/things/tiles.html)."""
    switch_off(way, reason=reason)
    announce(topic("person", way.person_id))
