"""Finders' pages: leaving a message for an owner, and reading the answer. No sign-in, no cookie."""

import json
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from api.idempotency import once_of
from api.problems import problem, problem_response
from dashboards.forms import FinderForm, MessageForm, posted
from dashboards.misses import JSON, counts_misses
from dashboards.scan_page import page_context
from live.tokens import token_for, topic
from parties.errors import StateForbidsError, TooManyError
from picos.access import find_pico
from picos.finding import access_finder, write_again, write_to_owner
from picos.models import Pico
from picos.visitors import visitor_of


@csrf_exempt  # nobody is signed in here, so there is nobody whose sign-in another site could borrow
@counts_misses
def found(request: HttpRequest, code: str) -> HttpResponseBase:
    """Relays a finder's message, from the page's form or as JSON `{message, contact?}`, which may have a key."""
    pico = find_pico(code)
    if request.content_type == JSON:
        return _found_json(request, pico)
    form = FinderForm(request.POST)
    if form.is_valid():
        try:
            token = _relay(request, pico, form)
        except StateForbidsError as error:
            form.add_error("message", str(error))
        except TooManyError as error:
            page = _again(request, pico, form, str(error), 429)
            page["Retry-After"] = str(error.retry_after)
            return page
        else:
            return redirect("finder", token)
    return _again(request, pico, form, "", 422)


@csrf_exempt  # the secret in the path is the authority; no cookie is looked at
@require_http_methods(["GET", "HEAD", "POST"])
def finder(request: HttpRequest, token: str) -> HttpResponse:
    """The finder's side of the conversation."""
    thread = access_finder(token)
    form = MessageForm(posted(request))
    wait = 0
    if form.is_valid():
        try:
            write_again(finder=thread, from_finder=True, body=form.cleaned_data["body"])
        except (StateForbidsError, TooManyError) as error:
            wait = getattr(error, "retry_after", 0)
            form.add_error("body", str(error))
        else:
            return redirect("finder", token)
    context = {
        "pico": thread.pico,
        "form": form,
        "live_token": token_for(topic("finder", thread.pk)),
        "fragment_url": reverse("finder_messages", args=[token]),
        "conversation": thread.messages.all(),
    }
    page = render(request, "scan/finder.html", context, status=422 if form.errors else 200)
    if wait:
        page.status_code, page["Retry-After"] = 429, str(wait)
    return _secret(page)


@require_safe
def finder_messages(request: HttpRequest, token: str) -> HttpResponse:
    """The part of the finder's page that an answer changes."""
    context = {"conversation": access_finder(token).messages.all()}
    return _secret(render(request, "scan/finder_messages.html", context))


def _secret(page: HttpResponse) -> HttpResponse:
    """Its address is kept to itself."""
    page["Cache-Control"] = "private, no-store"
    page["Referrer-Policy"] = "no-referrer"
    return page


def _relay(request: HttpRequest, pico: Pico, form: FinderForm) -> str:
    values = form.cleaned_data
    _, token = write_to_owner(
        pico=pico, visitor=visitor_of(request.META), message=values["message"], contact=values["contact"]
    )
    return token


def _again(request: HttpRequest, pico: Pico, form: FinderForm, error: str, status: int) -> HttpResponse:
    if error:
        form.add_error("message", error)
    return render(request, "scan/page.html", page_context(request, pico, "anonymous", finder_form=form), status=status)


def _found_json(request: HttpRequest, pico: Pico) -> HttpResponseBase:
    try:
        body: Any = json.loads(request.body)
    except RequestDataTooBig:
        return problem(413, "The request is too large.")
    except (ValueError, RecursionError):
        return problem(400, "The request could not be read.")
    if errors := _errors_of(body):
        return problem(422, "Some of it cannot be taken; see errors.", errors=errors)
    # As the throttle tells askers apart: nobody is signed in.
    asker = f"visitor:{visitor_of(request.META).hex()}"
    return once_of(request, asker, lambda: _relay_json(request, pico, body), content=lambda: body)


def _relay_json(request: HttpRequest, pico: Pico, body: Any) -> HttpResponse:
    form = FinderForm(body)
    form.is_valid()
    try:
        token = _relay(request, pico, form)
    except (StateForbidsError, TooManyError) as error:
        return problem_response(error, {}) or problem(409, str(error))
    return JsonResponse({"relayed": True, "answer_at": f"/found/{token}"}, status=201)


def _errors_of(body: Any) -> dict[str, list[str]]:
    """What is wrong with a finder's JSON, by field; nothing when it can be relayed."""
    if not isinstance(body, dict):
        return {"body": ["Send an object {message, contact?}."]}
    if unknown := [key for key in body if key not in FinderForm.base_fields]:
        return {key[:100]: ["There is no such field."] for key in unknown[:20]}
    if wrong := [key for key in FinderForm.base_fields if not isinstance(body.get(key, ""), str)]:
        return {key: ["A text is needed."] for key in wrong}
    return {field: [str(one) for one in messages] for field, messages in FinderForm(body).errors.items()}
