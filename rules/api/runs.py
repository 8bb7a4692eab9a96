"""Runs: what came of rules, and why nothing did."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from api.authentication import party_of
from api.bodies import Shown
from api.doors import handles
from api.paging import page
from rules import writing
from rules.explaining import explain
from rules.history import visible_event
from rules.models import Rule, Run
from rules.tracing import trace


class RunShown(Shown):
    """One run: each leaf of the condition with the value seen, each action with what came of it."""

    id: UUID
    rule: UUID
    version: int
    event: UUID
    event_type: str
    pico: str | None
    outcome: str
    trace: list[dict[str, Any]]
    actions: list[dict[str, Any]]
    at: datetime


class RunTraced(RunShown):
    """The same with what its actions led to since: messages with their state and attempts, entries, and so on.

    `waits_until`: when its time is up, while it waits. `caused_by`: the events that led to it, the first first.
    """

    waits_until: datetime | None
    caused_by: list[dict[str, Any]]


class Why(Shown):
    """Why a rule did what it did with an event, or nothing. `compared`: what it wanted, and what it saw."""

    why: str
    run: RunShown | None
    compared: list[dict[str, Any]]


@handles("rules", "company", "person", gives=RunShown, lists=True)
def list_runs(request: Request, rule_id: UUID) -> Response:
    """The rule's runs, newest first, those that did not fire too."""
    rule = writing.access_rule(party=party_of(request), rule_id=rule_id, deleted_too=True)
    rows = rule.runs.select_related("version", "pico")
    return page(request, rows, lambda run: RunShown(**_shown(run)).model_dump(mode="json"))


@handles("rules", "company", "person", gives=RunTraced)
def show_run(request: Request, run_id: UUID) -> Response:
    """One run, with the outcome of all that it did."""
    mine = Rule.objects.ever_of_party(party_of(request))
    run = Run.objects.select_related("version", "pico", "wait").filter(pk=run_id, rule__in=mine).first()
    if run is None:
        raise Http404
    traced = trace(run)
    shown = _shown(run) | {"actions": traced.actions}
    return Response(
        RunTraced(
            **shown,
            waits_until=traced.waits_until,
            caused_by=[one | {"at": one["at"].isoformat()} for one in traced.caused_by],
        ).model_dump(mode="json")
    )


@handles("rules", "company", "person", gives=Why)
def why(request: Request, rule_id: UUID, event_id: UUID) -> Response:
    """Why the rule did, or did not, act on this event. 404 for an event that is not yours to see."""
    party = party_of(request)
    rule = writing.access_rule(party=party, rule_id=rule_id)
    explained = explain(rule=rule, event=visible_event(party, event_id))
    run = RunShown(**_shown(explained.run)) if explained.run else None
    return Response(Why(why=explained.why, run=run, compared=list(explained.compared)).model_dump(mode="json"))


def _shown(run: Run) -> dict[str, Any]:
    return {
        "id": run.pk,
        "rule": run.rule_id,
        "version": run.version.number,
        "event": run.event_id,
        "event_type": run.event_type,
        "pico": run.pico.code if run.pico else None,
        "outcome": run.outcome,
        "trace": run.trace,
        "actions": run.actions,
        "at": run.at,
    }
