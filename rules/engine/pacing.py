"""Pacing: what a rule's mode, cool-down and limit say about firing once more for the same key."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.utils.dateparse import parse_datetime

from rules.engine.moment import Moment
from rules.engine.waiting import cancel_runs
from rules.language.durations import in_words
from rules.models import Pace, Run

MOST_QUEUED: Final = 20
# Side by side, for one key.
MOST_PARALLEL: Final = 20


class Verdict(NamedTuple):
    """Whether the rule fires now (`fired`), later (`queued`) or not at all (`skipped`), and why in the last case."""

    outcome: str
    why: str = ""


GO: Final = Verdict(Run.Outcome.FIRED)


def decide(moment: Moment) -> Verdict:
    """Whether the rule fires, after its conditions held. A `restart` ends the earlier run on the way."""
    if moment.plan.is_paced and (why := _too_soon(moment)):
        return Verdict(Run.Outcome.SKIPPED, why)
    return _by_mode(moment) if moment.plan.waits else GO


def _too_soon(moment: Moment) -> str:
    """Why not, or nothing and the time is kept. In the order of events: an event's own time counts."""
    definition = moment.plan.definition
    assert definition is not None  # noqa: S101 (a plan that fires has one)
    Pace.objects.get_or_create(rule=moment.rule, key=moment.key)
    pace = Pace.objects.select_for_update().get(rule=moment.rule, key=moment.key)
    fired = [at for text in pace.fired if (at := parse_datetime(text))]
    if definition.cooldown and _within(fired, moment.at, definition.cooldown) >= 1:
        return f"It acted less than {in_words(definition.cooldown)} ago."
    limit = definition.at_most
    if limit and _within(fired, moment.at, limit.within) >= limit.times:
        return f"It acted {limit.times} times within {in_words(limit.within)}."
    kept = [*fired, moment.at][-(limit.times if limit else 1) :]
    pace.fired = [at.isoformat() for at in kept]
    pace.save(update_fields=["fired"])
    return ""


def _within(fired: Sequence[datetime], at: datetime, window: timedelta) -> int:
    return sum(at - window < one for one in fired)


def _by_mode(moment: Moment) -> Verdict:
    definition = moment.plan.definition
    assert definition is not None  # noqa: S101 (a plan that fires has one)
    open_runs = Run.objects.filter(rule=moment.rule, key=moment.key, outcome__in=Run.OPEN).order_by("id")
    under_way = list(open_runs[: MOST_PARALLEL + MOST_QUEUED])
    if not under_way:
        return GO
    match definition.mode:
        case "single":
            return Verdict(Run.Outcome.SKIPPED, "An earlier run is still under way.")
        case "restart":
            cancel_runs(under_way, because="A later event began it anew.")
            return GO
        case "queued" if len(under_way) < MOST_QUEUED:
            return Verdict(Run.Outcome.QUEUED)
        case "parallel" if len(under_way) < MOST_PARALLEL:
            return GO
    return Verdict(Run.Outcome.SKIPPED, f"{len(under_way)} earlier runs are still under way.")
