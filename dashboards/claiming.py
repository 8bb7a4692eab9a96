"""Claiming on a page, and writing from it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from conduits import steering
from conduits.access import current_conduit
from conduits.models.conduit import DEFAULT_GRANTS, Grant
from conduits.opening import claim_and_open
from conduits.terms.rosters import agreements
from conduits.terms.stances import is_accepted_at_once, usual_proposal
from dashboards.forms import ClaimForm, EntryForm, ProfferForm, posted
from dashboards.misses import counts_misses
from dashboards.owned import signed_in
from dashboards.scan_page import STAYED, page_context
from dashboards.unsent import keeps_unsent
from journals.keeping import append_entry, open_journal_of
from journals.photos import take_photos
from parties.errors import RefusedError, StateForbidsError
from parties.models import Person
from picos.access import access_owned_pico, find_pico
from picos.claiming import UNCLAIMED
from picos.models import Pico
from picos.pins import wants_pin


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@counts_misses
def claim(request: HttpRequest, code: str) -> HttpResponse:
    """Asks once, says what the company will see, and makes it theirs."""
    pico = find_pico(code)
    if pico.status not in UNCLAIMED or pico.product is None:
        return redirect(f"{pico.url_path}?{STAYED}")
    person = signed_in(request)
    form = ClaimForm(posted(request), wants_pin=wants_pin(pico), wants_name=not person.name)
    usual = usual_proposal(person)
    # Whoever leaves the terms alone offers their usual ones.
    offer = ProfferForm(request.POST if request.POST.get("preferred") else None, usual=usual)
    if form.is_valid() and (offer.is_valid() or not offer.is_bound):
        try:
            proposal = offer.proposal() if offer.is_bound else usual
            claim_and_open(pico=pico, person=person, pin=form.cleaned_data.get("pin", ""), proposal=proposal)
        except RefusedError as error:
            form.add_error("pin", str(error))
        except StateForbidsError as error:
            form.add_error(None, str(error))
        else:
            if name := form.cleaned_data.get("name"):
                Person.objects.filter(pk=person.pk).update(name=name)
            messages.success(request, f"It is yours now, and the line to {pico.maker} is open.")
            return redirect(f"{pico.url_path}?{STAYED}")
    sees = [Grant(grant).label for grant in DEFAULT_GRANTS]
    context = {"pico": pico, "form": form, "offer": offer, "usual": usual, "sees": sees}
    context |= {"agreements": agreements(), "has_to_agree": not is_accepted_at_once(usual, pico.product.company)}
    return render(request, "scan/claim.html", context, status=422 if form.errors or offer.errors else 200)


@keeps_unsent
@login_required
def write(request: HttpRequest, code: str) -> HttpResponse:
    """The owner writes, with photos. What cannot be taken is said beside its field, and the text is kept."""
    pico = access_owned_pico(owner=signed_in(request), code=code)
    form = EntryForm(request.POST)
    back = "thing" if request.POST.get("back") == "thing" else "scan"
    if form.is_valid():
        try:
            _append(request, pico, form)
        except RefusedError as error:
            form.add_error("photos" if error.field == "attachments" else "body", str(error))
        except StateForbidsError as error:
            form.add_error("body", str(error))
        else:
            return redirect(f"/things/{pico.code}#live" if back == "thing" else f"{pico.url_path}?{STAYED}#live")
    context = page_context(request, pico, "owner", form=form) | {"back": back}
    return render(request, "scan/page.html", context, status=422)


def _append(request: HttpRequest, pico: Pico, form: EntryForm) -> None:
    journal = open_journal_of(pico)
    if journal is None:
        raise Http404
    files: list[UploadedFile[bytes]] = [
        file for file in request.FILES.getlist("photos") if isinstance(file, UploadedFile)
    ]
    photos = take_photos(files)
    with transaction.atomic():
        append_entry(
            journal=journal,
            author=signed_in(request),
            body=form.cleaned_data["body"],
            visibility=form.cleaned_data["visibility"],
            photos=photos,
            pass_on=form.cleaned_data["pass_on"],
        )
        conduit = current_conduit(pico)
        if conduit and photos and request.POST.get("allow_photos"):
            steering.grant(conduit, Grant.PHOTOS)
