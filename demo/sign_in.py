"""Sign-in links for the demo's people, so that a newcomer is in with one click. Only while PICO_DEMO is on."""

from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import login
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from demo.cast import PLAYERS, Player
from parties.models import Member, Person

VALID_FOR: Final = timedelta(days=7)
BACKEND: Final = "django.contrib.auth.backends.ModelBackend"


def sign_in_link(player: Player, *, to: str = "") -> str:
    """The URL that signs this person in and leads to the path `to`, or to their own pages."""
    path = reverse("demo_sign_in", args=[_signer().sign(_handle(player))])
    return f"{settings.PUBLIC_URL}{path}" + (f"?{urlencode({'next': to})}" if to else "")


@never_cache
@require_safe
def sign_in(request: HttpRequest, token: str) -> HttpResponseRedirect:
    """Signs a player in. 404 for a token that is wrong or too old, and for every one when there is no demo."""
    person = _person_of(token) if settings.PICO_DEMO else None
    if person is None:
        raise Http404
    login(request, person, backend=BACKEND)
    to = request.GET.get("next", "")
    if to.startswith("/") and url_has_allowed_host_and_scheme(to, allowed_hosts=None):
        return HttpResponseRedirect(to)
    return HttpResponseRedirect(_own_pages(person))


def _person_of(token: str) -> Person | None:
    try:
        handle = _signer().unsign(token, max_age=VALID_FOR)
    except signing.BadSignature:
        return None
    emails = [player.email for player in PLAYERS if _handle(player) == handle]
    return Person.objects.filter(email__in=emails, is_active=True).first()


def _own_pages(person: Person) -> str:
    member = Member.objects.select_related("company").filter(person=person).first()
    return f"/desk/{member.company.slug}" if member else "/things"


def _handle(player: Player) -> str:
    return player.name.lower()


def _signer() -> signing.TimestampSigner:
    """HMAC with SHA-1, which is as good as ever for that: its links fit a terminal's 80 columns."""
    return signing.TimestampSigner(salt="demo.sign-in", algorithm="sha1")
