"""The desk's connectors: setting one up, how it goes, and switching it off."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe
from pydantic import ValidationError

from conduits.access import access_connector
from conduits.connectors import setting_up
from conduits.connectors.kinds import kind_of, kinds
from conduits.delivery import endpoints, switching
from conduits.models import Connector
from dashboards.desk.connector_forms import ConnectorForm
from dashboards.desk.members import at_desk, desk_context
from dashboards.forms import posted
from parties.access import Role
from parties.errors import RefusedError, StateForbidsError
from parties.models import Member
from rules.subscriptions import add_subscribed_connector, change_connector, remove_connector, subscribed_events


@require_safe
@at_desk(Role.ADMIN)
def connectors(request: HttpRequest, member: Member) -> HttpResponse:
    """Those that there are, how they go, and the kinds to choose from."""
    mine = Connector.objects.filter(endpoint__company=member.company, endpoint__deleted_at=None)
    context = desk_context(
        member,
        "connectors",
        connectors=[(one, kinds()[one.endpoint.kind].TITLE) for one in mine.select_related("endpoint").order_by("-pk")],
        kinds=sorted(kinds().values(), key=lambda kind: kind.TITLE.lower()),
    )
    return render(request, "desk/connectors.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(Role.ADMIN)
def new_connector(request: HttpRequest, member: Member, kind: str) -> HttpResponse:
    """What a kind needs; then the address for what comes in, shown this once."""
    if kind not in kinds():
        raise Http404
    form = ConnectorForm(posted(request), kind=kind_of(kind))
    if form.is_valid():
        added = _saying(form, lambda: _add(member, kind, form))
        if added:
            connector, url, secret = added
            return render(request, "desk/connector.html", _context(member, connector, inbound_url=url, secret=secret))
    context = desk_context(member, "connectors", form=form, kind=kind_of(kind))
    return render(request, "desk/connector_new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(Role.ADMIN)
def connector(request: HttpRequest, member: Member, connector_id: UUID) -> HttpResponse:
    """How one goes, and what was entered, to be changed."""
    found = access_connector(company=member.company, connector_id=connector_id)
    form = _change_form(found, request)
    if form.is_valid() and _saying(form, lambda: _change(found, form)):
        messages.success(request, "It is changed.")
        return redirect("connector", member.company.slug, found.pk)
    context = _context(member, found, form=form)
    return render(request, "desk/connector.html", context, status=422 if form.errors else 200)


@at_desk(Role.ADMIN)
def connector_verb(request: HttpRequest, member: Member, connector_id: UUID, verb: str) -> HttpResponse:
    """Test, a new address, switch off and on, delete."""
    found = access_connector(company=member.company, connector_id=connector_id)
    try:
        match verb:
            case "test":
                return redirect("delivery", member.company.slug, endpoints.send_test(found.endpoint).pk)
            case "rotate":
                url = setting_up.inbound_url(found, setting_up.new_key(found))
                return render(request, "desk/connector.html", _context(member, found, inbound_url=url))
            case "enable":
                switching.enable(found.endpoint)
            case "disable":
                setting_up.switch_off(found)
            case "delete":
                remove_connector(found)
                messages.success(request, "It is deleted. What it wrote over there stays there.")
                return redirect("connectors", member.company.slug)
            case _:
                raise Http404
    except StateForbidsError as error:
        messages.error(request, str(error))
    return redirect("connector", member.company.slug, found.pk)


def _add(member: Member, kind: str, form: ConnectorForm) -> tuple[Connector, str, str]:
    added, key, secret = add_subscribed_connector(
        company=member.company, kind=kind, config=form.config(), events=form.cleaned_data["events"]
    )
    return added, setting_up.inbound_url(added, key), secret if kind_of(kind).CAPABILITIES.shows_secret else ""


def _change(found: Connector, form: ConnectorForm) -> bool:
    events = form.cleaned_data["events"]
    changed = events if events != subscribed_events(found.endpoint) else None
    change_connector(found, config=form.config(), events=changed)
    return True


def _saying(form: ConnectorForm, act: Any) -> Any:
    """What came of it; None when something is wrong, which the form then says."""
    try:
        return act()
    except ValidationError as error:
        form.say(error)
    except (RefusedError, StateForbidsError) as error:
        field = getattr(error, "field", None)
        form.add_error(field if field in form.fields else None, str(error))
    return None


def _change_form(found: Connector, request: HttpRequest | None = None) -> ConnectorForm:
    return ConnectorForm(
        posted(request) if request else None,
        kind=kind_of(found.endpoint.kind),
        changes=True,
        initial=found.config | {"events": subscribed_events(found.endpoint)},
    )


def _context(member: Member, found: Connector, **more: Any) -> dict[str, Any]:
    shown = {"connector": found, "kind": kind_of(found.endpoint.kind), "form": None, "inbound_url": "", "secret": ""}
    shown["form"] = more.pop("form", None) or _change_form(found)
    return desk_context(member, "connectors", **(shown | more))
