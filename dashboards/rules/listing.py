"""The rules: sentences with switches."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from dashboards.rules.places import Place
from dashboards.rules.spoken import spoken_all
from parties.errors import RefusedError, StateForbidsError
from rules import writing
from rules.models import Rule

VERBS = {"enable": writing.enable_rule, "disable": writing.disable_rule, "delete": writing.delete_rule}


@require_safe
def rules(request: HttpRequest, place: Place) -> HttpResponse:
    """All of the party's; endpoints' subscriptions are among a company's."""
    theirs = Rule.objects.of_party(place.party).select_related("version", "company", "person").order_by("-created_at")
    shown = list(zip(theirs, spoken_all(list(theirs), place.party), strict=True))
    return render(request, "rules/list.html", place.context(rules=shown))


def rule_verb(request: HttpRequest, place: Place, rule_id: UUID, verb: str) -> HttpResponse:
    """Switches a rule on or off, or deletes it. A subscription ends with its endpoint."""
    if verb not in VERBS:
        raise Http404
    rule = writing.access_rule(party=place.party, rule_id=rule_id)
    try:
        VERBS[verb](rule)
        if verb == "delete":
            messages.success(request, f"The rule “{rule.name}” is deleted. It does nothing any more.")
    except StateForbidsError as error:
        messages.error(request, str(error))
    except RefusedError as error:
        messages.error(request, f"It cannot work any more: {error}")
    return redirect(place.url("rules"))
