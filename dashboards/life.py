"""What an owner can do with a thing that is not to stay theirs, or whose maker is not here; and what they once had."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from conduits.leaving import release_and_close, retire_and_close
from dashboards.forms import ReasonForm
from dashboards.owned import before_of, crossing, page_of, page_of_history, signed_in
from dashboards.things import thing_context
from journals.inheriting import access_closed_journal
from parties.errors import StateForbidsError
from parties.models import Person
from picos import inviting, qr, transferring
from picos.access import access_owned_pico
from picos.models import Pico
from picos.offers import Secret, invitation_url, transfer_url

SECRETS: dict[str, tuple[Callable[..., Secret], Callable[[str], str]]] = {
    "transfer": (transferring.offer_transfer, transfer_url),
    "invite": (inviting.invite_maker, invitation_url),
}
WITHDRAWN = {
    "keep": (transferring.withdraw_transfer, "The link works no more. It stays yours."),
    "uninvite": (inviting.withdraw_invitation, "The link works no more."),
}
GONE = {
    "release": "{thing} is free again: whoever has it can claim it.",
    "retire": "{thing} is retired. Its page says so from now on.",
}


@login_required
def change(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Makes or withdraws a secret link, gives the thing up, or retires it."""
    person = signed_in(request)
    pico = access_owned_pico(owner=person, code=code)
    try:
        if verb in SECRETS:
            return _secret(request, pico, person, verb)
        if verb in WITHDRAWN:
            withdraw, said = WITHDRAWN[verb]
            withdraw(pico=pico)
            messages.success(request, said)
        elif verb in GONE:
            return _part(request, pico, person, verb)
        else:
            raise Http404
    except StateForbidsError as error:
        messages.info(request, str(error))
    return redirect("thing", pico.code)


@login_required
@require_safe
def history(request: HttpRequest, code: str) -> HttpResponse:
    """What was written before it was theirs, and their own from before."""
    person = signed_in(request)
    pico = access_owned_pico(owner=person, code=code)
    entries, older = page_of_history(pico, person, before_of(request))
    context = {"section": "things", "pico": pico, "entries": entries, "older_url": f"?before={older}" if older else ""}
    return render(request, "things/history.html", context)


@login_required
@require_safe
def had(request: HttpRequest, journal_id: UUID) -> HttpResponse:
    """The journal of a thing that the person had. Nothing is added any more."""
    person = signed_in(request)
    journal = access_closed_journal(owner=person, journal_id=journal_id)
    entries, older = page_of(journal, person, before_of(request))
    context = {
        "section": "things",
        "pico": journal.pico,
        "journal": journal,
        "conduit": getattr(journal, "conduit", None),
        "entries": entries,
        "crossing": crossing(entries, None),
        "older_url": f"?before={older}" if older else "",
    }
    return render(request, "things/had.html", context)


def _secret(request: HttpRequest, pico: Pico, person: Person, verb: str) -> HttpResponse:
    """The page with the link, which is shown this once."""
    make, url_of = SECRETS[verb]
    secret = make(pico=pico, owner=person)
    link = url_of(secret.token)
    drawn = b64encode(qr.svg_of(link, size=176)).decode() if verb == "transfer" else ""
    shown = {"link": link, "link_qr": f"data:image/svg+xml;base64,{drawn}" if drawn else "", "link_for": verb}
    page = render(request, "things/thing.html", thing_context(request, pico) | shown)
    page["Cache-Control"] = "private, no-store"
    return page


def _part(request: HttpRequest, pico: Pico, person: Person, verb: str) -> HttpResponse:
    title, form = pico.title, ReasonForm(request.POST)
    if verb == "release":
        release_and_close(pico=pico, owner=person)
    elif form.is_valid():
        retire_and_close(pico=pico, by=person, reason=form.cleaned_data["reason"])
    else:
        context: dict[str, Any] = thing_context(request, pico) | {"reason_form": form}
        return render(request, "things/thing.html", context, status=422)
    messages.success(request, GONE[verb].format(thing=title))
    return redirect("things")
