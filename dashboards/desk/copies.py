"""The desk's page of one copy: what it is, and what its company can do with it while nobody owns it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from conduits.access import current_conduit
from conduits.leaving import merge_and_close, retire_and_close
from dashboards.desk.forms import IntoForm
from dashboards.desk.members import at_desk, desk_context
from dashboards.forms import ReasonForm
from parties.access import Role
from parties.errors import RefusedError, StateForbidsError
from parties.models import Member
from picos.access import access_pico
from picos.activating import activate_pico
from picos.claiming import give_pin_tries_back
from picos.models import Pico
from picos.pins import TRIES, wants_pin

DONE = {
    "activate": "It is active: sold or given out, and waits for its owner.",
    "retire": "It is retired. Its page says so from now on.",
    "unlock": "Its PIN can be tried again, five times.",
    "merge": "Both codes lead to this one now.",
}


@require_safe
@at_desk()
def copy(request: HttpRequest, member: Member, code: str) -> HttpResponse:
    """One copy of the company's."""
    pico = access_pico(viewer=member.company, code=code)
    return render(request, "desk/copy.html", _context(member, pico))


@at_desk(Role.ADMIN)
def copy_verb(request: HttpRequest, member: Member, code: str, verb: str) -> HttpResponse:
    """Activate, retire, unlock, merge."""
    pico = access_pico(viewer=member.company, code=code)
    if verb not in DONE:
        raise Http404
    forms = {"retire": ReasonForm(request.POST), "merge": IntoForm(request.POST)}
    form = forms.get(verb)
    if form is None or form.is_valid():
        try:
            pico = _do(verb, pico, member, form.cleaned_data if form else {})
        except (RefusedError, StateForbidsError) as error:
            messages.error(request, str(error))
        else:
            messages.success(request, DONE[verb])
        return redirect("copy", member.company.slug, pico.code)
    return render(request, "desk/copy.html", _context(member, pico) | {f"{verb}_form": form}, status=422)


def _do(verb: str, pico: Pico, member: Member, said: dict[str, str]) -> Pico:
    """The copy that is there afterwards."""
    match verb:
        case "activate":
            activate_pico(pico=pico, company=member.company, agent=member.person)
        case "retire":
            retire_and_close(pico=pico, by=member.company, agent=member.person, reason=said["reason"])
        case "merge":
            try:
                into = access_pico(viewer=member.company, code=said["into"])
            except Http404 as error:
                message = "You have no copy with this code. Nothing was changed."
                raise RefusedError(message, field="into") from error
            return merge_and_close(pico=pico, into=into, by=member.company, agent=member.person)
        case _:
            give_pin_tries_back(pico=pico)
    return pico


def _context(member: Member, pico: Pico) -> dict[str, Any]:
    return desk_context(
        member,
        "products",
        pico=pico,
        conduit=current_conduit(pico) if pico.claimed else None,
        # That a thing is lost is its owner's to tell.
        status=Pico.Status.CLAIMED if pico.claimed else pico.status,
        locked=not pico.claimed and wants_pin(pico) and pico.pin_tries >= TRIES,
        other_codes=[alias.code for alias in pico.aliases.order_by("at")],
        retire_form=ReasonForm(),
        merge_form=IntoForm(),
    )
