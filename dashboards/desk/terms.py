"""The desk's terms: what customers offer and wait for, and what is accepted at once."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from conduits.access import access_conduit
from conduits.models import Proffer
from conduits.terms import proffering, rosters
from conduits.terms.stances import accept_at_once, accepted_at_once
from dashboards.desk.forms import AcceptedForm
from dashboards.desk.members import at_desk, desk_context
from dashboards.forms import posted
from parties.access import Role
from parties.errors import StateForbidsError
from parties.models import Member

SHOWN = 100
VERBS = {"accept": proffering.accept, "counter": proffering.take_alternative, "decline": proffering.decline}
DONE = {
    "accept": "You accepted these terms.",
    "counter": "You accepted the alternative.",
    "decline": "You declined. The customer may offer other terms.",
}


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(posting=Role.ADMIN)
def terms(request: HttpRequest, member: Member) -> HttpResponse:
    """Who waits for the company to agree; admins answer, and say what is accepted at once."""
    company = member.company
    form = AcceptedForm(posted(request), initial={"accepts": accepted_at_once(company)})
    if form.is_valid():
        accept_at_once(company=company, names=form.cleaned_data["accepts"])
        messages.success(request, "From now on these are accepted at once. What waits already, waits for your answer.")
        return redirect("desk_terms", company.slug)
    waiting = Proffer.objects.filter(conduit__company=company, state=Proffer.State.WAITING).order_by("id")
    waiting = waiting.select_related("conduit__pico__product", "conduit__terms").defer("conduit__terms__record")
    context = desk_context(
        member,
        "terms",
        form=form,
        waiting=waiting[:SHOWN],
        accepted=[one for one in rosters.agreements() if one.id in accepted_at_once(company)],
        agreements=rosters.agreements(),
    )
    return render(request, "desk/terms.html", context, status=422 if form.errors else 200)


@at_desk(Role.ADMIN)
def answer(request: HttpRequest, member: Member, conduit_id: UUID, verb: str) -> HttpResponse:
    """Accept, take the alternative, or decline the very offer that was looked at."""
    conduit = access_conduit(party=member.company, conduit_id=conduit_id)
    if verb not in VERBS:
        raise Http404
    try:
        proffer_id = UUID(request.POST.get("proffer", ""))
        VERBS[verb](conduit=conduit, proffer_id=proffer_id, agent=member.person)
        messages.success(request, DONE[verb])
    except (StateForbidsError, ValueError):
        messages.info(request, "This offer has changed or gone meanwhile. Nothing was agreed.")
    return redirect("desk_terms", member.company.slug)
