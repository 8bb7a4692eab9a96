"""The customer's side of their conduits: which companies, what each sees, who looked."""

from collections import defaultdict
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from conduits import access_log as log
from conduits import steering
from conduits.access import access_conduit
from conduits.models import Conduit
from dashboards.owned import signed_in
from parties.errors import RefusedError, StateForbidsError
from parties.models import Company

VERBS = {"pause": steering.pause, "resume": steering.resume, "close": steering.close}
NOW = {
    "pause": "The line to {company} is paused. {company} sees nothing until you resume.",
    "resume": "The line to {company} is open again. {company} sees {sees}.",
    "close": "The line to {company} is closed. What you write stays with you.",
}
LINES = 100
# Company by company, what still passes first.
ORDER = ("company__name", F("closed_at").desc(nulls_first=True), "-opened_at")
# Up to this length the whole log is checked whenever it is looked at.
CHECKED_AT_ONCE = 1000


@login_required
@require_safe
def companies(request: HttpRequest) -> HttpResponse:
    """Every company with a line to the person, and what passes along it."""
    by_company: dict[Company, list[Conduit]] = defaultdict(list)
    for conduit in Conduit.objects.with_ends().filter(owner=signed_in(request)).order_by(*ORDER):
        by_company[conduit.company].append(conduit)
    muted = set(signed_in(request).mutes.values_list("company", flat=True))
    context = {"section": "companies", "companies": list(by_company.items()), "muted": muted}
    return render(request, "things/companies.html", context)


@login_required
def steer(request: HttpRequest, conduit_id: UUID, verb: str) -> HttpResponse:
    """Pause, resume or close."""
    conduit = access_conduit(party=signed_in(request), conduit_id=conduit_id)
    if verb not in VERBS:
        raise Http404
    try:
        VERBS[verb](conduit)
        messages.success(request, NOW[verb].format(company=conduit.company, sees=_sees(conduit)))
    except StateForbidsError:
        now = "waits for its terms" if conduit.status == Conduit.Status.WAITING else f"is {conduit.status}"
        messages.info(request, f"The line to {conduit.company} {now}.")
    return redirect("thing", conduit.pico.code)


@login_required
def grants(request: HttpRequest, conduit_id: UUID) -> HttpResponse:
    """What the company may see from now on."""
    conduit = access_conduit(party=signed_in(request), conduit_id=conduit_id)
    try:
        steering.set_grants(conduit, request.POST.getlist("grants"))
        sees = "will see" if conduit.status == Conduit.Status.WAITING else "sees"
        messages.success(request, f"{conduit.company} {sees} {_sees(conduit)}.")
    except RefusedError:
        messages.error(request, "One of these is nothing that a company can see. Choose again.")
    except StateForbidsError:
        messages.info(request, f"The line to {conduit.company} is closed.")
    return redirect("thing", conduit.pico.code)


@login_required
@require_safe
def access_log(request: HttpRequest, conduit_id: UUID) -> HttpResponse:
    """Who looked: the conduit's access log in plain words."""
    conduit = access_conduit(party=signed_in(request), conduit_id=conduit_id)
    before = request.GET.get("before", "")
    lines = conduit.access_lines.all()
    if before.isascii() and before.isdigit() and len(before) < 19:  # noqa: PLR2004 (as many as the column takes)
        lines = lines.filter(number__lt=int(before))
    shown = list(lines[:LINES])
    whole = log.check(conduit) if "check" in request.GET or conduit.log_length <= CHECKED_AT_ONCE else None
    context = {
        "section": "companies",
        "conduit": conduit,
        "lines": shown,
        "older_url": f"?before={shown[-1].number}" if shown and shown[-1].number > 1 else "",
        # What is shown is verified; the whole of a long log would take seconds.
        "broken": whole.broken_at if whole else log.broken_at(reversed(shown), from_the_first=False),
        "cut_short": whole.cut_short if whole else log.is_cut_short(conduit),
        "whole": whole,
    }
    return render(request, "things/access_log.html", context)


def _sees(conduit: Conduit) -> str:
    return ", ".join(conduit.grants_labels()) or "nothing"
