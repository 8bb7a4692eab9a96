"""Rules meet events: what runs, what goes on, and what does not and why, each with its record."""

from collections.abc import Sequence

from conduits import access_log, gate, holding
from conduits.models import AccessLine, Conduit
from picos.models import Event
from picos.rows import write_rows
from rules.conditions import reading
from rules.engine import pacing
from rules.engine.batch import Batch, may_meet, places
from rules.engine.bounds import TOO_MANY
from rules.engine.breaking import has_called_itself, pause_rule
from rules.engine.moment import Moment
from rules.engine.plan import Plan
from rules.engine.quotas import USED_UP
from rules.engine.resuming import moment_of, next_in_queue
from rules.engine.running import new_run, perform
from rules.engine.waiting import due_waits
from rules.event_types import OF_ONE_RULE
from rules.models import Rule, Run, Wait
from rules.triggers import needs_every_event

Outcome = Run.Outcome
GONE = "What it was about is gone, or no longer its owner’s."
OFF = "The rule was switched off."


class Meetings:
    """Of one batch. What they do is written at its end; `apart`: before the next, in a savepoint of its own."""

    def __init__(self, batch: Batch, *, apart: bool) -> None:
        self._batch = batch
        self._apart = apart
        self._runs: list[Run] = []
        self._lines: list[access_log.Line] = []
        self._kept: list[tuple[Event, Conduit]] = []

    def take(self, event: Event, plans: Sequence[Plan]) -> None:
        """The rules that wait for the event meet it; then the runs that wait for it go on."""
        batch = self._batch
        if not plans and not batch.waits.has(event):
            return
        conduit = batch.conduit_of(event)
        decision = gate.decide_event(event, conduit)
        self._start(event, plans, conduit, decision)
        for wait in batch.waits.for_event(event):
            self._go_on(wait, event, decision)

    def take_due_waits(self) -> int:
        """The runs whose time is up go on, where no earlier event waits any more. Returns how many there were."""
        claim = self._batch.claim
        due = due_waits(claim.ripe, claim.now, turns=self._batch.turns, handled=claim.ids) if claim.ripe else []
        self._batch.look_back([wait.run for wait in due])
        for wait in due:
            self._resume(wait, None)
        return len(due)

    def write(self) -> None:
        """Writes what was gathered."""
        batch = self._batch
        batch.watches.write()
        batch.effects.write()
        write_rows(self._runs)
        if self._kept:
            holding.hold(self._kept)
        if batch.held:
            holding.let_go(batch.held.keys() - {event.pk for event, _ in self._kept})
        if self._lines:
            access_log.write_lines(self._lines)
        batch.quotas.write()
        self._runs, self._lines, self._kept = [], [], []

    def _start(self, event: Event, plans: Sequence[Plan], conduit: Conduit | None, decision: gate.Decision) -> None:
        moments = self._moments(event, plans, decision)
        running, stopped = self._batch.bounds.divide(event, moments)
        for moment in running:
            self._meet(moment)
        for moment, why in stopped:
            self._stop(moment, why)
        if conduit is None or decision.passes:
            return
        if any(plan.rule.company_id == event.company_id for plan in plans if plan.rule.company_id):
            self._lines.append(_refusal(event, conduit, decision))
            if holding.is_held(event, conduit):
                self._kept.append((event, conduit))

    def _moments(self, event: Event, plans: Sequence[Plan], decision: gate.Decision) -> list[Moment]:
        held_at = self._batch.held.get(event.id) if self._batch.held else None
        met = []
        for plan in plans:
            if held_at and (plan.rule.person_id or plan.rule.created_at > held_at):
                continue
            if may_meet(plan.rule, event, decision) and _is_for(plan, event):
                met.append(self._batch.moment(event, plan))
        return met

    def _meet(self, moment: Moment) -> None:
        if not self._batch.quotas.allow(moment):
            self._stop(moment, USED_UP)
            return
        if moment.plan.unreadable:
            self._keep(_failed(moment))
            return
        if not moment.plan.stateless and moment.event.type not in OF_ONE_RULE:
            found = places(moment.plan, moment.event)
            if not self._batch.watches.feed(moment, found):
                self._keep(new_run(moment, Outcome.NOTED))
                return
        self._evaluate(moment)

    def _evaluate(self, moment: Moment) -> None:
        run = new_run(moment, Outcome.NOT_MATCHED)
        try:
            holds, run.trace = moment.plan.look(reading(moment))
            verdict = pacing.decide(moment) if holds else None
        except Exception as error:  # noqa: BLE001
            self._keep(_failed(moment, error))
            return
        if verdict is None:
            self._keep(run)
            return
        run.outcome = verdict.outcome
        if verdict.why:
            run.actions = [{"result": str(verdict.outcome), "detail": verdict.why}]
        if verdict.outcome == Outcome.FIRED:
            self._batch.quotas.count_actions(moment)
            self._perform(run, moment, step=moment.plan.first)
        else:
            self._keep(run)

    def _perform(self, run: Run, moment: Moment, *, step: int) -> None:
        wait = perform(run, moment, step=step, apart=self._apart)
        if wait:
            self._batch.waits.add(wait)
        self._keep(run)
        if moment.plan.waits and run.outcome not in Run.OPEN:
            self._follow(run)

    def _follow(self, run: Run) -> None:
        """Whoever stood behind it goes on; what is gone keeps nobody waiting."""
        while queued := next_in_queue(run):
            if following := moment_of(queued, self._batch):
                self._perform(queued, following, step=following.plan.first)
                return
            self._cancel(queued, GONE)

    def _cancel(self, run: Run, because: str) -> None:
        run.outcome = Outcome.CANCELLED
        run.actions = [*run.actions, {"result": "cancelled", "detail": because}]
        self._keep(run)

    def _go_on(self, wait: Wait, event: Event, decision: gate.Decision) -> None:
        if event.at > wait.due:
            # It came too late, although the time's own turn has not come yet.
            self._resume(wait, None)
        elif may_meet(wait.run.rule, event, decision):
            self._resume(wait, event)
        else:
            self._batch.waits.add(wait)

    def _resume(self, wait: Wait, reply: Event | None) -> None:
        run = wait.run
        if not wait.delete()[0]:
            # A restart, or the end of its rule, has ended the run in this very batch.
            return
        if run.rule.status != Rule.Status.ENABLED:
            # It began in a drain that the end of its rule did not see.
            self._cancel(run, OFF)
            return
        moment = moment_of(run, self._batch, reply=reply, at=reply.at if reply else wait.due)
        if moment is None:
            self._cancel(run, GONE)
            self._follow(run)
            return
        step = moment.plan.steps[wait.step]
        branch, said = step.action.branch(step.settings, reply)
        run.actions = [*run.actions, {"do": step.action.NAME, "result": "done", "detail": said}]
        self._perform(run, moment, step=step.branches.get(branch, step.next))

    def _keep(self, run: Run) -> None:
        if not run._state.adding:  # noqa: SLF001
            run.save(update_fields=["outcome", "actions"])
        elif run.outcome in Run.OPEN:
            # Those that follow in this batch ask which are under way.
            run.save(force_insert=True)
        else:
            self._runs.append(run)

    def _stop(self, moment: Moment, why: str) -> None:
        self._keep(new_run(moment, Outcome.STOPPED, said=why))
        if why not in (TOO_MANY, USED_UP) and has_called_itself(moment):
            pause_rule(moment.rule, because=why)


def _is_for(plan: Plan, event: Event) -> bool:
    """The index finds rules by a part of what they say; this is the whole of it."""
    if plan.definition is None or event.type in OF_ONE_RULE:
        return True
    return bool(places(plan, event)) or needs_every_event(plan.definition.when)


def _failed(moment: Moment, error: Exception | None = None) -> Run:
    run = new_run(moment, Outcome.FAILED)
    run.actions = [{"result": "failed", "detail": type(error).__name__ if error else moment.plan.unreadable}]
    return run


def _refusal(event: Event, conduit: Conduit, decision: gate.Decision) -> access_log.Line:
    return access_log.Line(
        conduit_id=conduit.pk,
        outcome=AccessLine.Outcome.REFUSED,
        who=f"{conduit.company} (its rules)",
        who_id=conduit.company_id,
        role=access_log.RULES,
        what=event.type,
        what_id=event.pk,
        reason=decision.reason,
    )
