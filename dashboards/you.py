"""The person themself: name, signing in, what they are told, the terms that they offer, keys."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from conduits.advisories.wishes import set_wish, wish_of
from conduits.terms.rosters import agreements
from conduits.terms.stances import usual_proposal
from dashboards.advisory_forms import ToldForm
from dashboards.forms import PersonForm, ProfferForm, posted, text
from dashboards.owned import signed_in
from parties.keys import ALL, READING, create_key, revoke_key
from parties.models import Company, Person


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def you(request: HttpRequest) -> HttpResponse:
    """Name, signing in, keys."""
    person = signed_in(request)
    form = PersonForm(posted(request), initial={"name": person.name})
    if form.is_valid():
        Person.objects.filter(pk=person.pk).update(name=form.cleaned_data["name"])
        messages.success(request, "Saved.")
        return redirect("you")
    return render(request, "you/you.html", you_context(person, form), status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def told(request: HttpRequest) -> HttpResponse:
    """Of which advisories the person is told."""
    person = signed_in(request)
    form = ToldForm(posted(request), initial={"level": wish_of(person)})
    if form.is_valid():
        set_wish(person=person, level=form.cleaned_data["level"])
        messages.success(request, "Saved.")
        return redirect("you_told")
    return render(request, "you/told.html", {"section": "you", "form": form}, status=422 if form.errors else 200)


@login_required
def keys(request: HttpRequest) -> HttpResponse:
    """Makes or revokes a key of the person's."""
    person = signed_in(request)
    plain = change_keys(request, person)
    if plain is None:
        return redirect("you")
    context = you_context(person, PersonForm(initial={"name": person.name}))
    return render(request, "you/you.html", context | {"new_key": plain})


def you_context(person: Person, form: PersonForm, *, offer: ProfferForm | None = None) -> dict[str, Any]:
    """What the person's own page shows."""
    keys = keys_context(person, reverse("you_keys"), "you")
    offer = offer or ProfferForm(usual=usual_proposal(person))
    return {"section": "you", "form": form, "offer": offer, "agreements": agreements()} | keys


def change_keys(request: HttpRequest, party: Company | Person) -> str | None:
    """What a keys form asks for; the plain text of a new key, to show once."""
    if revoked := request.POST.get("revoke"):
        _revoke(request, party, revoked)
        return None
    try:
        name = text("Name", 100).clean(request.POST.get("name", ""))
    except ValidationError:
        messages.error(request, "Say what the key is for, in at most 100 letters.")
        return None
    scopes = (ALL,) if request.POST.get("may", "all") == "all" else READING
    return create_key(party=party, name=name, scopes=scopes)[1]


def _revoke(request: HttpRequest, party: Company | Person, revoked: str) -> None:
    try:
        key = party.keys.filter(pk=UUID(revoked)).first()
    except ValueError:
        key = None
    if key and revoke_key(party=party, key_id=key.pk):
        messages.success(request, f"The key “{key.name}” is revoked. Programs that use it are refused from now on.")
    else:
        messages.error(request, "There is no such key.")


def keys_context(party: Company | Person, url: str, whose: str) -> dict[str, Any]:
    """What the keys table shows."""
    return {"keys": party.keys.filter(revoked_at=None).order_by("-created_at"), "keys_url": url, "whose": whose}
