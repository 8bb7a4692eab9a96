"""What an owner wrote after their session had ended: kept in the browser's new one until they are signed in again."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from dashboards.forms import EntryForm
from dashboards.misses import CodeView, Rest
from picos import codes
from picos.models import Pico

# In characters, as many as an entry has.
LONGEST = 10_000
_UNSENT = "unsent"
_SIGNED_OUT = "You were signed out meanwhile. Sign in, and your words are there to be sent once more."


def keeps_unsent(view: CodeView[Rest]) -> Callable[..., HttpResponseBase]:
    """A view that takes an entry and asks for a sign-in: the text, never the photos, outlives that."""

    @wraps(view)
    def wrapped(request: HttpRequest, code: str, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated and codes.is_code(code):
            request.session[_UNSENT] = {
                "code": code,
                "body": request.POST.get("body", "")[:LONGEST],
                "visibility": request.POST.get("visibility", "")[:10],
                "pass_on": bool(request.POST.get("pass_on")),
                "photos": any(request.FILES.getlist("photos")),
            }
            messages.info(request, _SIGNED_OUT)
        return view(request, code, *args, **kwargs)

    return wrapped


def take_unsent(request: HttpRequest, pico: Pico) -> EntryForm | None:
    """The form with what was written about this pico, once, and a message that says so; for its owner's page."""
    kept = request.session.get(_UNSENT)
    if request.method != "GET" or kept is None or kept["code"] != pico.code:
        return None
    del request.session[_UNSENT]
    photos = " Choose the photos again." if kept["photos"] else ""
    messages.info(request, f"You were signed out meanwhile. Your words are kept below; send them once more.{photos}")
    return EntryForm(initial={name: kept.get(name) for name in ("body", "visibility", "pass_on")})
