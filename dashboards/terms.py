"""The terms of a line, for its owner: what holds, what waits for the company, and what they would like instead."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from conduits.access import access_conduit
from conduits.models import Conduit, Proffer
from conduits.terms import proffering, rosters
from conduits.terms.stances import Proposal, prefer, usual_proposal
from dashboards.forms import PersonForm, ProfferForm, posted
from dashboards.owned import signed_in
from dashboards.you import you_context
from parties.errors import StateForbidsError

# What is shown of the past; the API has it all.
SHOWN = 20


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def terms(request: HttpRequest, conduit_id: UUID) -> HttpResponse:
    """What the two agreed, and a form to offer something else."""
    conduit = access_conduit(party=signed_in(request), conduit_id=conduit_id)
    form = ProfferForm(posted(request), usual=_at_hand(conduit))
    if form.is_valid():
        try:
            offered = proffering.proffer(conduit=conduit, proposal=form.proposal())
            messages.success(request, _became(conduit, offered))
        except StateForbidsError:
            messages.info(request, f"The line to {conduit.company} is closed.")
        return redirect("terms", conduit.pk)
    return render(request, "things/terms.html", _context(conduit, form), status=422 if form.errors else 200)


@login_required
def withdraw(request: HttpRequest, conduit_id: UUID) -> HttpResponse:
    """From now on nothing passes, until others are agreed."""
    conduit = access_conduit(party=signed_in(request), conduit_id=conduit_id)
    try:
        proffering.withdraw(conduit=conduit, by="person")
        messages.success(request, f"No terms hold any more, and none are offered. {conduit.company} sees nothing.")
    except StateForbidsError:
        messages.info(request, f"There is nothing to withdraw: no terms with {conduit.company} hold.")
    return redirect("terms", conduit.pk)


@login_required
def usual(request: HttpRequest) -> HttpResponse:
    """What the person offers with each claim."""
    person = signed_in(request)
    form = ProfferForm(request.POST, usual=usual_proposal(person))
    if not form.is_valid():
        context = you_context(person, PersonForm(initial={"name": person.name}), offer=form)
        return render(request, "you/you.html", context, status=422)
    prefer(person=person, wanted=form.proposal())
    messages.success(request, "Saved. What is agreed already stays as it is.")
    return redirect("you")


def _at_hand(conduit: Conduit) -> Proposal:
    """What a form begins with: the terms that hold, else what the owner usually offers."""
    holds = rosters.newest(conduit.terms.agreement) if conduit.terms else None
    return Proposal(holds) if holds else usual_proposal(conduit.owner)


def _context(conduit: Conduit, form: ProfferForm) -> dict[str, object]:
    holds = conduit.terms
    return {
        "section": "companies",
        "conduit": conduit,
        "holds": holds,
        "agreement": rosters.find(holds.agreement, holds.version) if holds else None,
        "waiting": proffering.waiting_proffer(conduit),
        "declined": conduit.proffers.order_by("-id").filter(state=Proffer.State.DECLINED)[:1],
        "records": conduit.agreements.order_by("-id")[:SHOWN],
        "agreements": rosters.agreements(),
        "form": form,
    }


def _became(conduit: Conduit, offered: Proffer) -> str:
    if offered.state == Proffer.State.WAITING:
        return f"Your terms are offered. {conduit.company} has to agree."
    return f"{conduit.company} agreed: {conduit.terms.title}." if conduit.terms else ""
