"""An owner shows an agent in a call what they tick: the code, what it shows, and what became of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from conduits import gate
from conduits.access import access_conduit, access_pass
from conduits.models import Conduit
from conduits.passes.fields import fields_of
from conduits.passes.making import make_pass, revoke_pass
from dashboards.owned import signed_in
from live.tokens import token_for, topic
from parties.errors import RefusedError, StateForbidsError

SHOWN = 20
SHUT = {
    Conduit.Status.WAITING.value: "No terms with {company} hold, so nothing can be shown.",
    Conduit.Status.CLOSED.value: "The line to {company} is closed, so nothing can be shown.",
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def passes(request: HttpRequest, conduit_id: UUID) -> HttpResponse:
    """What can be ticked, with the values as they would be shown. The code of a new pass stands here this once."""
    conduit = access_conduit(party=signed_in(request), conduit_id=conduit_id)
    code = error = ""
    show = dict(one.rpartition("=")[::2] for one in request.POST.getlist("show"))
    if request.method == "POST":
        try:
            _, code = make_pass(conduit=conduit, show=show)
        except (RefusedError, StateForbidsError) as refusal:
            error = str(refusal)
    context = _context(conduit) | {"code": code, "error": error, "ticked": set() if code else set(show)}
    response = render(request, "things/passes.html", context, status=422 if error else 200)
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_safe
def receipts(request: HttpRequest, conduit_id: UUID) -> HttpResponse:
    """The part of the page that changes as the code is used."""
    conduit = access_conduit(party=signed_in(request), conduit_id=conduit_id)
    return render(request, "passes/receipts.html", {"conduit": conduit, "receipts": _receipts(conduit)})


@login_required
def revoke(request: HttpRequest, conduit_id: UUID, pass_id: UUID) -> HttpResponse:
    """Takes it back, at once."""
    owner = signed_in(request)
    conduit = access_conduit(party=owner, conduit_id=conduit_id)
    try:
        revoke_pass(access_pass(owner=owner, pass_id=pass_id))
        messages.success(request, f"Taken back. {conduit.company} sees nothing of it any more.")
    except StateForbidsError as error:
        messages.info(request, str(error))
    return redirect("passes", conduit.pk)


def _context(conduit: Conduit) -> dict[str, Any]:
    shut = "" if gate.decide_pass(conduit, ()).passes else SHUT[conduit.status].format(company=conduit.company)
    return {
        "section": "companies",
        "conduit": conduit,
        "shut": shut,
        "offered": [] if shut else fields_of(conduit),
        "receipts": _receipts(conduit),
        "live_token": token_for(topic("passes", conduit.pk, "owner")),
        "fragment_url": reverse("pass_receipts", args=[conduit.pk]),
    }


def _receipts(conduit: Conduit) -> list[Any]:
    return list(conduit.passes.all()[:SHOWN])
