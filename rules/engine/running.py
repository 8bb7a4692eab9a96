"""Running a rule: its steps one after the other, until it waits or is done."""

import logging
from typing import Any

from django.db import OperationalError, transaction

from picos.rows import new, related
from rules.actions.outcome import Outcome, Pause
from rules.engine.moment import Moment
from rules.engine.plan import Step
from rules.engine.waiting import wait_for
from rules.models import Run, Wait

logger = logging.getLogger(__name__)


def new_run(moment: Moment, outcome: str, *, said: str = "") -> Run:
    """The record of this meeting, not saved yet. `said`: why nothing was done."""
    event, plan = moment.event, moment.plan
    run = new(
        Run,
        rule_id=plan.rule.id,
        version_id=plan.version.id,
        event_id=event.id,
        event_type=event.type,
        pico_id=event.pico_id,
        key=moment.key,
        root_id=event.root_id if event.depth else None,
        outcome=outcome,
        actions=[{"result": str(outcome), "detail": said}] if said else [],
    )
    if plan.waits:
        related(run, rule=plan.rule, version=plan.version)
    return run


def perform(run: Run, moment: Moment, *, step: int, apart: bool = False) -> Wait | None:
    """Does the steps from this one on, and says on the run how it ended, or returns what it waits for.

    A step that fails undoes what this run did since it last went on, is recorded, and stops no other run. `apart`: what
    it writes does not wait for others. Raises OperationalError: the database's trouble, not the rule's.
    """
    mark = moment.effects.mark()
    try:
        go = _at_once if apart or moment.plan.is_direct else _go
        return go(run, moment, step)
    except OperationalError:
        raise
    except Exception as error:
        logger.exception("rule %s failed on event %s", moment.rule.pk, moment.event.pk)
        moment.effects.undo(mark)
        run.outcome = Run.Outcome.FAILED
        run.actions = [*run.actions, {"result": "failed", "detail": type(error).__name__}]
        return None


def _at_once(run: Run, moment: Moment, step: int) -> Wait | None:
    """With a savepoint of its own. What others gathered is written first, so that all happens in order."""
    moment.effects.write()
    with transaction.atomic():
        wait = _go(run, moment, step)
        moment.effects.write()
    return wait


def _go(run: Run, moment: Moment, number: int) -> Wait | None:
    said: list[dict[str, Any]] = []
    wait = None
    while number >= 0 and wait is None:
        step = moment.plan.steps[number]
        if not step.action.GATHERS:
            # Its own writes come after those of the actions before it.
            moment.effects.write()
        outcome = step.action.perform(step.settings, moment)
        said.append(_said(step, outcome))
        if isinstance(outcome, Pause):
            wait = wait_for(run, moment, step=number, pause=outcome)
        number = step.after(said[-1]["result"])
    run.actions = [*run.actions, *said]
    run.outcome = Run.Outcome.WAITING if wait else Run.Outcome.FIRED
    return wait


def _said(step: Step, outcome: Outcome | Pause) -> dict[str, Any]:
    result = "waiting" if isinstance(outcome, Pause) else outcome.result
    return {"do": step.action.NAME, "result": result, "detail": outcome.detail, "id": outcome.id}
