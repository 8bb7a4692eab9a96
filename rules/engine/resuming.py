"""Going on: the moment of a run that began with an earlier event."""

from datetime import datetime

from picos.models import Event
from rules.engine.batch import Batch
from rules.engine.moment import Moment
from rules.engine.plan import plans_of
from rules.models import Run


def moment_of(run: Run, batch: Batch, *, reply: Event | None = None, at: datetime | None = None) -> Moment | None:
    """As it was, but for the state of things, which is that of now. The version is the one with which it began.

    None when its event is not kept any more, or the person whose rule it is no longer owns the thing.
    """
    plan = plans_of([run.version_id]).get(run.version_id)
    if plan is None or plan.unreadable:
        return None
    moment = batch.moment_again(run, plan, reply=reply, at=at)
    if moment is None:
        return None
    pico = moment.event.pico
    return None if plan.rule.person_id and pico and pico.owner_id != plan.rule.person_id else moment


def next_in_queue(run: Run) -> Run | None:
    """The run that stood behind this one, unless another of them is still under way."""
    open_runs = Run.objects.filter(rule=run.rule_id, key=run.key, outcome__in=Run.OPEN).exclude(pk=run.pk)
    first = open_runs.order_by("id").first()
    return first if first and first.outcome == Run.Outcome.QUEUED else None
