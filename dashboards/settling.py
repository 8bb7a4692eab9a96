"""The owner says that what was to be settled is settled."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from conduits.requests import By, access_request, close_request
from dashboards.owned import signed_in
from dashboards.templatetags.plainly import to_the_owner
from parties.errors import StateForbidsError
from picos.access import access_owned_pico


@login_required
def settle(request: HttpRequest, code: str, request_id: UUID) -> HttpResponse:
    """Whoever of the two opened it."""
    person = signed_in(request)
    pico = access_owned_pico(owner=person, code=code)
    settled = access_request(party=person, request_id=request_id)
    if settled.conduit.pico_id != pico.pk:
        raise Http404
    try:
        close_request(settled, by=By(person))
        messages.success(request, f"{settled.conduit.company} sees that it is settled.")
    except StateForbidsError as error:
        messages.error(request, to_the_owner(str(error)))
    return redirect("thing", pico.code)
