"""An owner's links: opening and ending them."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from dashboards.forms import ChannelForm
from dashboards.owned import signed_in
from dashboards.things import CHANNEL_IDS, thing_context
from parties.errors import RefusedError, StateForbidsError
from picos import channels as verbs
from picos.access import access_owned_pico


@login_required
def open_one(request: HttpRequest, code: str) -> HttpResponse:
    """Makes a link; its address is shown on the thing's page this once."""
    person = signed_in(request)
    pico = access_owned_pico(owner=person, code=code)
    form = ChannelForm(request.POST, auto_id=CHANNEL_IDS)
    if form.is_valid():
        try:
            _, url = verbs.open_channel(pico=pico, owner=person, **form.cleaned_data)
        except RefusedError as error:
            form.add_error(error.field, str(error))
        except StateForbidsError as error:
            form.add_error(None, str(error))
        else:
            return render(request, "things/thing.html", thing_context(request, pico) | {"new_channel_url": url})
    context = thing_context(request, pico) | {"channel_form": form}
    return render(request, "things/thing.html", context, status=422)


@login_required
def revoke(request: HttpRequest, code: str, channel_id: UUID) -> HttpResponse:
    """Ends a link."""
    person = signed_in(request)
    pico = access_owned_pico(owner=person, code=code)
    channel = verbs.access_own_channel(owner=person, pico=pico, channel_id=channel_id)
    verbs.revoke_channel(channel)
    messages.success(request, f"The link for “{channel}” leads nowhere from now on.")
    return redirect("thing", pico.code)
