"""The page that an owner's link leads to: reading, and writing an entry, with no sign-in and no cookie.

What the link opens is shown only after the use was logged.
"""

import json
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from api.idempotency import once_of
from api.problems import problem, problem_response
from conduits.advisories.standing import standing_for
from dashboards.forms import ByLinkForm, posted
from dashboards.misses import JSON, counts_lost_links, too_many, vary, wants_json
from dashboards.scan_page import advisory_as_json
from journals.by_link import write_by_link
from journals.keeping import open_journal_of
from journals.models import Entry
from parties.errors import TooManyError
from picos import channels as verbs
from picos.links import shown_links
from picos.models import Channel, Link, Pico
from picos.regions import region_of
from picos.states import states_of
from picos.visitors import is_looking

Scope = Channel.Scope
SHOWN = 20
# The page comes back to itself with this after an entry.
WRITTEN = "written"
_READ_ONLY = "This link lets you read, not write. Nothing was kept."
_PERSON_ONLY = "This link is for a person to open."


@csrf_exempt  # the secret in the path is the authority; no cookie is looked at
@require_http_methods(["GET", "HEAD", "POST"])
@counts_lost_links
def channel(request: HttpRequest, token: str) -> HttpResponseBase:
    """What a link leads to: reading what its scope allows, and writing an entry; also as JSON."""
    opened = verbs.access_channel(token)
    try:
        if request.method == "POST":
            answer = _write_json(request, opened) if request.content_type == JSON else _write(request, opened)
        else:
            answer = _open(request, opened)
    except TooManyError as error:
        answer = too_many(request, str(error), error.retry_after)
    answer["Referrer-Policy"] = "no-referrer"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _open(request: HttpRequest, channel: Channel) -> HttpResponse:
    if not is_looking(request.META):
        verbs.throttle_openings(channel)
        return vary(_unseen(request))
    verbs.open_by_link(channel)
    if wants_json(request):
        return vary(JsonResponse(_as_json(channel, region_of(request.META))))
    return vary(_page(request, channel, ByLinkForm(), written=WRITTEN in request.GET))


def _unseen(request: HttpRequest) -> HttpResponse:
    """Nothing of what the link opens: a chat or a browser that fetches ahead is in no list of uses."""
    if wants_json(request):
        return JsonResponse({"detail": _PERSON_ONLY})
    return render(request, "scan/channel_unseen.html", {"said": _PERSON_ONLY})


def _write(request: HttpRequest, channel: Channel) -> HttpResponse:
    form = ByLinkForm(posted(request))
    if not channel.allows(Scope.ENTRIES):
        return render(request, "scan/channel_unseen.html", {"said": _READ_ONLY}, status=403)
    if not form.is_valid():
        verbs.open_by_link(channel)
        return _page(request, channel, form, status=422)
    write_by_link(channel=channel, body=form.cleaned_data["body"])
    if channel.uses_left == 0:
        # Its page is gone now, so this answer says that all went well.
        return _page(request, channel, ByLinkForm(), written=True, ended=True)
    return redirect(f"{request.path}?{WRITTEN}")


def _write_json(request: HttpRequest, channel: Channel) -> HttpResponseBase:
    if not channel.allows(Scope.ENTRIES):
        return problem(403, _READ_ONLY)
    try:
        body: Any = json.loads(request.body)
    except RequestDataTooBig:
        return problem(413, "The request is too large.")
    except (ValueError, RecursionError):
        return problem(400, "The request could not be read.")
    if not isinstance(body, dict) or [*body] != ["body"] or not isinstance(body["body"], str):
        return problem(422, "Send an object {body}.", errors={"body": ["A text is needed, and nothing else."]})
    form = ByLinkForm(body)
    if not form.is_valid():
        wrong = {field: [str(one) for one in found] for field, found in form.errors.items()}
        return problem(422, "Some of it cannot be taken; see errors.", errors=wrong)
    return once_of(
        request, f"channel:{channel.pk}", lambda: _written(channel, form.cleaned_data["body"]), content=lambda: body
    )


def _written(channel: Channel, body: str) -> HttpResponse:
    try:
        entry = write_by_link(channel=channel, body=body)
    except TooManyError as error:
        return problem_response(error, {}) or problem(429, str(error))
    return JsonResponse({"entry": str(entry.pk), "at": entry.at, "uses_left": channel.uses_left}, status=201)


def _page(request: HttpRequest, channel: Channel, form: ByLinkForm, *, status: int = 200, **more: Any) -> HttpResponse:
    """All that it opens, once the use is in the list."""
    journal = open_journal_of(channel.pico)
    sees, knows = channel.allows(Scope.PAGE), channel.allows(Scope.STATE)
    context = {
        "channel": channel,
        "pico": channel.pico,
        "form": form,
        "may_write": channel.allows(Scope.ENTRIES),
        "may_see": sees,
        "entries": list(journal.entries.public().with_author()[:SHOWN]) if journal and sees else [],
        "journal": journal,
        "advisories": standing_for(channel.pico, region=region_of(request.META)) if sees else [],
        "links": _links(channel.pico) if sees else [],
        "states": states_of(channel.pico, owner=knows, company=knows).order_by("namespace", "key"),
        "own_entries": _own(channel)[:SHOWN],
    }
    return render(request, "scan/channel.html", context | more, status=status)


def _as_json(channel: Channel, region: str) -> dict[str, Any]:
    pico = channel.pico
    shown: dict[str, Any] = {
        "name": channel.name,
        "thing": {"name": pico.title, "maker": pico.maker, "serial": pico.serial},
        "scope": channel.scope,
        "expires_at": channel.expires_at,
        "uses_left": channel.uses_left,
        "written": [{"entry": str(entry.pk), "body": entry.body, "at": entry.at} for entry in _own(channel)[:SHOWN]],
    }
    journal = open_journal_of(pico)
    if channel.allows(Scope.PAGE):
        public = journal.entries.public()[:SHOWN] if journal else []
        shown["page"] = {
            "description": pico.product.description if pico.product else "",
            "advisories": [advisory_as_json(one.advisory) for one in standing_for(pico, region=region)],
            "links": [{"type": link.type, "title": link.title, "href": link.href} for link in _links(pico)],
            "entries": [{"body": entry.body, "at": entry.at} for entry in public],
        }
    if channel.allows(Scope.STATE):
        known = states_of(pico, owner=True, company=True).order_by("namespace", "key")
        shown["state"] = list(known.values("namespace", "key", "value", "at"))
    return shown


def _links(pico: Pico) -> list[Link]:
    return shown_links(pico.product, pico.batch_id) if pico.product else []


def _own(channel: Channel) -> Any:
    return Entry.objects.filter(journal__pico=channel.pico_id, journal__closed_at=None, channel=channel).order_by("-pk")
