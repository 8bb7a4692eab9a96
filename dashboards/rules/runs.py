"""What a rule did, what it did not do and why, and one run with all that came of it."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboards.rules.places import Place
from dashboards.rules.spoken import spoken
from rules import writing
from rules.explaining import explain
from rules.history import last_events
from rules.models import Run
from rules.tracing import trace

RUNS = 30
# Events for which the page says why nothing happened.
MISSED = 10


@require_safe
def runs(request: HttpRequest, place: Place, rule_id: UUID) -> HttpResponse:
    """The newest first; below, the last events that it had nothing to do with."""
    rule = writing.access_rule(party=place.party, rule_id=rule_id)
    shown = list(rule.runs.select_related("pico", "version").order_by("-id")[:RUNS])
    sentence = spoken(writing.current_version(rule), rule.party)
    return render(request, "rules/runs.html", place.context(rule=rule, sentence=sentence, runs=shown))


@require_safe
def missed(request: HttpRequest, place: Place, rule_id: UUID) -> HttpResponse:
    """The last events that the rule's owner may see, each with why the rule did nothing with it, or what it did."""
    rule = writing.access_rule(party=place.party, rule_id=rule_id)
    events = last_events(place.party, types=(), picos=(), most=MISSED)
    explained = [(event, explain(rule=rule, event=event)) for event in events]
    return render(request, "rules/missed.html", place.context(rule=rule, explained=explained))


@require_safe
def run(request: HttpRequest, place: Place, rule_id: UUID, run_id: UUID) -> HttpResponse:
    """One run: what it saw, what it did, what became of that, and what it waits for."""
    rule = writing.access_rule(party=place.party, rule_id=rule_id, deleted_too=True)
    found = Run.objects.select_related("version", "pico", "wait").filter(pk=run_id, rule=rule).first()
    if found is None:
        raise Http404
    sentence = spoken(found.version, rule.party)
    context = place.context(rule=rule, run=found, sentence=sentence, traced=trace(found))
    return render(request, "rules/run.html", context)
