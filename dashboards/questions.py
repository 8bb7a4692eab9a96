"""The owner's answers to what rules ask."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from dashboards.owned import signed_in
from dashboards.templatetags.plainly import to_the_owner
from parties.errors import RefusedError, StateForbidsError
from picos.access import access_owned_pico
from rules.asking import access_question, answer_question


@login_required
def answer(request: HttpRequest, code: str, question_id: UUID) -> HttpResponse:
    """The owner answers, with one tap."""
    person = signed_in(request)
    pico = access_owned_pico(owner=person, code=code)
    question = access_question(party=person, question_id=question_id)
    if question.pico_id != pico.pk:
        raise Http404
    choice = request.POST.get("choice", "")
    try:
        answer_question(question, choice=choice)
        messages.success(request, f"Your answer was “{choice}”.")
    except (RefusedError, StateForbidsError) as error:
        messages.error(request, to_the_owner(str(error)))
    return redirect("thing", pico.code)
