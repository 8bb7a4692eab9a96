"""An owner says that they have read an advisory."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from conduits.access import access_advisory_of
from conduits.advisories.publishing import acknowledge as acknowledge_advisory
from dashboards.owned import signed_in
from dashboards.scan_page import STAYED
from picos.access import access_owned_pico


@login_required
def acknowledge(request: HttpRequest, code: str, advisory_id: UUID) -> HttpResponse:
    """Back to the page where it was read."""
    person = signed_in(request)
    pico = access_owned_pico(owner=person, code=code)
    advisory = access_advisory_of(pico=pico, advisory_id=advisory_id)
    acknowledge_advisory(advisory=advisory, person=person, pico=pico)
    if request.POST.get("back") == "scan":
        return redirect(f"{pico.url_path}?{STAYED}")
    return redirect(f"{reverse('thing', args=[pico.code])}#advisories")
