"""What agents do with a conversation beside answering it: labels, who has it, requests, and what rules ask them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from conduits import assigning, labelling, requests
from conduits.access import access_conduit
from conduits.models import Conduit, Request
from dashboards.desk.members import at_desk
from parties.access import Role
from parties.errors import RefusedError, StateForbidsError
from parties.models import Member
from rules.asking import access_question, answer_question


@at_desk(Role.AGENT)
def label(request: HttpRequest, member: Member, conduit_id: UUID) -> HttpResponse:
    """Puts a label on, or takes one off."""
    conduit = access_conduit(party=member.company, conduit_id=conduit_id)
    if gone := request.POST.get("remove", ""):
        return _do(request, member, conduit, lambda: labelling.remove_label(conduit=conduit, name=gone))
    name = request.POST.get("label", "")
    return _do(request, member, conduit, lambda: labelling.add_label(conduit=conduit, name=name))


@at_desk(Role.AGENT)
def assignee(request: HttpRequest, member: Member, conduit_id: UUID) -> HttpResponse:
    """Gives it to a member, or to nobody."""
    conduit = access_conduit(party=member.company, conduit_id=conduit_id)
    wanted = request.POST.get("member", "")
    chosen = next((one for one in assigning.assignable(member.company) if str(one.pk) == wanted), None)
    if wanted and chosen is None:
        messages.error(request, "Choose one of your members. Nothing was changed.")
        return redirect("conversation", member.company.slug, conduit.pk)
    return _do(request, member, conduit, lambda: assigning.assign(conduit=conduit, member=chosen))


@at_desk(Role.AGENT)
def open_request(request: HttpRequest, member: Member, conduit_id: UUID) -> HttpResponse:
    """Opens a request, which the customer sees too."""
    conduit = access_conduit(party=member.company, conduit_id=conduit_id)
    title, by = request.POST.get("title", ""), requests.By(member.company, agent=member.person)
    return _do(
        request, member, conduit, lambda: requests.open_request(conduit=conduit, title=title, by=by), "It is open now."
    )


@at_desk(Role.AGENT)
def close_request(request: HttpRequest, member: Member, conduit_id: UUID, request_id: UUID) -> HttpResponse:
    """Closes one."""
    conduit = access_conduit(party=member.company, conduit_id=conduit_id)
    found = Request.objects.select_related("conduit__pico__product", "conduit__pico__owner")
    settled = found.filter(pk=request_id, conduit=conduit).first()
    if settled is None:
        raise Http404
    by = requests.By(member.company, agent=member.person)
    return _do(request, member, conduit, lambda: requests.close_request(settled, by=by), "It is closed.")


@at_desk(Role.AGENT)
def answer(request: HttpRequest, member: Member, conduit_id: UUID, question_id: UUID) -> HttpResponse:
    """Answers what a rule asks the company."""
    conduit = access_conduit(party=member.company, conduit_id=conduit_id)
    question = access_question(party=member.company, question_id=question_id)
    if question.conduit_id != conduit.pk:
        raise Http404
    choice = request.POST.get("choice", "")
    said = f"Your answer was “{choice}”."
    return _do(request, member, conduit, lambda: answer_question(question, choice=choice, agent=member.person), said)


def _do(
    request: HttpRequest, member: Member, conduit: Conduit, verb: Callable[[], Any], said: str = ""
) -> HttpResponse:
    try:
        verb()
        if said:
            messages.success(request, said)
    except (RefusedError, StateForbidsError) as error:
        messages.error(request, str(error))
    return redirect("conversation", member.company.slug, conduit.pk)
