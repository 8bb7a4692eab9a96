"""How we reach a person: their ways, when and of what they hear, what they have muted, and what was sent lately."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from conduits.models import Dispatch, Way
from conduits.reaching import preferences, vapid, ways
from conduits.reaching.messengers import MESSENGERS
from conduits.reaching.subscriptions import parts_of, subscription
from dashboards.forms import posted
from dashboards.owned import signed_in
from dashboards.reach_forms import AppForm, ReachForm
from dashboards.templatetags.words import mid_sentence
from parties.errors import RefusedError, TooManyError
from parties.models import Company, Person
from picos.models import Notice

SHOWN = 20
# Where a press of a mute button leads back to.
BACK = {"things", "companies", "reach"}
# Said of a browser by what it calls itself; what comes first is meant, as many call themselves all of these.
BROWSERS = ("Edg", "OPR", "Firefox", "Chrome", "Safari")
CALLED = {"Edg": "Edge", "OPR": "Opera"}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reach(request: HttpRequest) -> HttpResponse:
    """The page, and when and of what the person hears."""
    person = signed_in(request)
    form = ReachForm(posted(request), reach=preferences.reach_of(person))
    if form.is_valid():
        try:
            preferences.set_reach(person=person, **form.wishes())
        except RefusedError as refused:
            form.add_error(refused.field, str(refused))
        else:
            messages.success(request, "Saved.")
            return redirect("reach")
    return _page(request, person, form=form)


@login_required
def add_app(request: HttpRequest) -> HttpResponse:
    """A service that the person uses anyway."""
    person = signed_in(request)
    form = AppForm(request.POST)
    if form.is_valid():
        try:
            way = ways.add_messenger(person=person, **form.cleaned_data)
        except RefusedError as refused:
            form.add_error("url", str(refused))
        else:
            messages.success(request, f"News reach you by {way.name} from now on. Send yourself a test.")
            return redirect("reach")
    return _page(request, person, app_form=form)


@login_required
def add_browser(request: HttpRequest) -> HttpResponse:
    """The browser that asks; its script has subscribed it."""
    person = signed_in(request)
    try:
        given = subscription(**parts_of(request.POST.dict()))
        ways.add_browser(person=person, subscription=given, name=_called(request.headers.get("User-Agent", "")))
        messages.success(request, "News reach you in this browser from now on. Send yourself a test.")
    except RefusedError as refused:
        messages.error(request, f"This browser could not be added. {refused}")
    return redirect("reach")


@login_required
def change_way(request: HttpRequest, way_id: UUID, verb: str) -> HttpResponse:
    """Test it, switch it on or off, or take it away."""
    way = ways.access_way(person=signed_in(request), way_id=way_id)
    if verb not in {"test", "on", "off", "remove"}:
        raise Http404
    try:
        messages.success(request, _change(way, verb))
    except (RefusedError, TooManyError) as error:
        messages.error(request, str(error))
    return redirect("reach")


def _change(way: Way, verb: str) -> str:
    if verb == "test":
        ways.send_test(way)
        return f"A test is on its way by {way.name}. It stands below once it was sent."
    if verb == "remove":
        ways.remove(way)
        return f"{way.name} is taken away."
    (ways.switch_on if verb == "on" else ways.switch_off)(way)
    return f"{way.name} is {verb}."


@login_required
def mute(request: HttpRequest) -> HttpResponse:
    """One tap: nothing of a company, or of a kind, leaves the dashboard any more; or it does again."""
    person = signed_in(request)
    is_muted = request.POST.get("do", "mute") == "mute"
    what = _mute(person, request.POST.get("company", ""), request.POST.get("kind", ""), is_muted=is_muted)
    now = "reach you no more; they stand under Things" if is_muted else "reach you again"
    messages.success(request, f"{what} {now}.")
    back = request.POST.get("back", "reach")
    return redirect(back if back in BACK else "reach")


def _mute(person: Person, company_id: str, kind: str, *, is_muted: bool) -> str:
    if kind in Notice.Kind.values and not company_id:
        (preferences.mute_kind if is_muted else preferences.unmute_kind)(person=person, kind=kind)
        return f"News of this kind ({mid_sentence(Notice.Kind(kind).label)})"
    try:
        company = Company.objects.filter(pk=UUID(company_id)).first()
    except ValueError:
        company = None
    if company is None:
        raise Http404
    (preferences.mute_company if is_muted else preferences.unmute_company)(person=person, company=company)
    return f"News from {company}, also warnings,"


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """At the root, as it may show news of all pages (Service Workers, section 4.4.5)."""
    del request
    path = finders.find("pico/service-worker.js")
    assert isinstance(path, str)  # noqa: S101 (it lies beside this file)
    with open(path, "rb") as script:  # noqa: PTH123
        return HttpResponse(script.read(), content_type="text/javascript", headers={"Cache-Control": "no-cache"})


def _page(
    request: HttpRequest, person: Person, *, form: ReachForm | None = None, app_form: AppForm | None = None
) -> HttpResponse:
    given = [one for one in (form, app_form) if one]
    context: dict[str, Any] = {
        "section": "you",
        "form": form or ReachForm(reach=preferences.reach_of(person)),
        "app_form": app_form or AppForm(auto_id="app_%s"),
        "messengers": MESSENGERS,
        "ways": ways.ways_of(person),
        "muted": preferences.muted_companies(person),
        "push_key": vapid.public_key(),
        "sent": _sent_lately(person),
    }
    return render(request, "you/reach.html", context, status=422 if any(one.errors for one in given) else 200)


def _sent_lately(person: Person) -> list[Dispatch]:
    of_theirs = Dispatch.objects.filter(way__person=person).select_related("way", "notice__pico__product")
    return list(of_theirs.order_by("-pk")[:SHOWN])


def _called(agent: str) -> str:
    name = next((CALLED.get(one, one) for one in BROWSERS if f"{one}/" in agent), "A browser")
    return f"{name} on a phone" if "Mobi" in agent else name
