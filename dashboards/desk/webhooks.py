"""The desk's endpoints, what was sent there, and the company's keys."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from conduits.access import access_delivery, access_endpoint
from conduits.delivery import endpoints as verbs
from conduits.delivery import switching
from conduits.delivery.keys import public_key
from conduits.delivery.queueing import replay
from conduits.delivery.recovering import recover, set_aside_of
from conduits.models import Delivery, Endpoint
from dashboards.desk.endpoint_forms import DeliveriesForm, EndpointForm, RecoverForm
from dashboards.desk.members import at_desk, desk_context
from dashboards.forms import posted
from dashboards.you import change_keys, keys_context
from parties.access import Role
from parties.errors import RefusedError, StateForbidsError
from parties.models import Member
from rules.subscriptions import add_subscribed_endpoint, remove_endpoint, subscribed_events

SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(Role.ADMIN)
def endpoints(request: HttpRequest, member: Member) -> HttpResponse:
    """The endpoints, and a form to add one; its secret is shown once."""
    form = EndpointForm(posted(request))
    secret = ""
    if form.is_valid():
        try:
            _, secret = add_subscribed_endpoint(company=member.company, **form.cleaned_data)
        except (RefusedError, StateForbidsError) as error:
            form.add_error(getattr(error, "field", None), str(error))
        else:
            form = EndpointForm()
    return render(request, "desk/endpoints.html", _context(member, form, secret), status=422 if form.errors else 200)


@at_desk(Role.ADMIN)
def endpoint_verb(request: HttpRequest, member: Member, endpoint_id: UUID, verb: str) -> HttpResponse:
    """Test, rotate, enable, recover, delete."""
    endpoint = access_endpoint(company=member.company, endpoint_id=endpoint_id)
    secret = ""
    try:
        match verb:
            case "test":
                delivery = verbs.send_test(endpoint)
                return redirect("delivery", member.company.slug, delivery.pk)
            case "rotate":
                secret = verbs.rotate_secret(endpoint)
                messages.success(request, f"{endpoint.url} has a new secret. The one before signs beside it for a day.")
            case "enable":
                switching.enable(endpoint)
            case "recover":
                messages.success(request, _recovered(endpoint, RecoverForm(request.POST)))
            case "delete":
                remove_endpoint(endpoint)
                messages.success(request, f"{endpoint.url} is deleted. Nothing more is sent there.")
            case _:
                raise Http404
    except StateForbidsError as error:
        messages.error(request, str(error))
    if secret:
        form = EndpointForm()
        return render(request, "desk/endpoints.html", _context(member, form, secret))
    return redirect("endpoints", member.company.slug)


@require_safe
@at_desk()
def deliveries(request: HttpRequest, member: Member) -> HttpResponse:
    """What was sent, newest first: all of it, or to one endpoint, or in one state; what was set aside is pointed at."""
    everything = Delivery.objects.filter(endpoint__company=member.company)
    form = DeliveriesForm(request.GET, endpoints=member.company.endpoints.order_by("-created_at"))
    sent = everything.filter(**form.chosen()).select_related("endpoint", "pico").defer("body")
    rows = list(sent.order_by("-id")[: SHOWN + 1])
    context = desk_context(
        member,
        "deliveries",
        deliveries=rows[:SHOWN],
        form=form,
        older=form.older(rows[SHOWN - 1].pk) if len(rows) > SHOWN else "",
        set_aside=set_aside_of(member.company).count(),
    )
    return render(request, "desk/deliveries.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(posting=Role.ADMIN)
def delivery(request: HttpRequest, member: Member, delivery_id: UUID) -> HttpResponse:
    """One message, its text and its attempts; admins can send it once more."""
    shown = access_delivery(company=member.company, delivery_id=delivery_id)
    if request.method == "POST":
        return redirect("delivery", member.company.slug, replay(shown).pk)
    return render(request, "desk/delivery.html", desk_context(member, "deliveries", delivery=shown))


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(Role.ADMIN)
def keys(request: HttpRequest, member: Member) -> HttpResponse:
    """The company's keys."""
    url = reverse("company_keys", args=[member.company.slug])
    plain = change_keys(request, member.company) if request.method == "POST" else None
    if request.method == "POST" and plain is None:
        return redirect(url)
    context = desk_context(member, "keys", new_key=plain) | keys_context(member.company, url, member.company.name)
    return render(request, "desk/keys.html", context)


def _recovered(endpoint: Endpoint, form: RecoverForm) -> str:
    if not form.is_valid():
        raise Http404
    found = recover(endpoint, since=timezone.now() - timedelta(hours=form.cleaned_data["hours"]))
    if not found.queued:
        return "Nothing is missing there: of that time all arrived, or is still waiting."
    number = "One message is" if found.queued == 1 else f"{found.queued:,} messages are"
    return f"{number} sent again to {endpoint.url}." + (
        " There are more: ask once more for them." if found.more else ""
    )


def _context(member: Member, form: EndpointForm, secret: str) -> dict[str, object]:
    mine = (
        member.company.endpoints.filter(deleted_at=None, kind="")
        .select_related("subscription__version")
        .order_by("-created_at")
    )
    shown = [(endpoint, subscribed_events(endpoint), public_key(endpoint)) for endpoint in mine]
    return desk_context(
        member, "endpoints", form=form, endpoints=shown, secret=secret, recover_form=RecoverForm(auto_id=False)
    )
