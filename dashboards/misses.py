"""Codes that lead nowhere: one answer for all of them, and to nobody more than a few."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import wraps
from ipaddress import ip_network
from typing import Any, Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.crypto import salted_hmac
from django.views.decorators.csrf import csrf_exempt

from api.problems import problem
from api.throttling import seconds_to_wait
from picos import codes
from picos.slips import likely_slips
from picos.visitors import address_of

# How many wrong codes may be tried from one address: plenty for typing, nothing for guessing.
MISSES, MISSES_WITHIN = 20, timedelta(minutes=1)
JSON = "application/json"
READING = ("GET", "HEAD")

Rest = ParamSpec("Rest")
CodeView = Callable[Concatenate[HttpRequest, str, Rest], HttpResponseBase]


def counts_misses(view: CodeView[Rest]) -> Callable[..., HttpResponseBase]:
    """A view of a code, whose 404 is the page for wrong codes, and 429 for who tried too many."""

    @wraps(view)
    def wrapped(request: HttpRequest, code: str, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
        try:
            return view(request, code, *args, **kwargs)
        except Http404:
            return vary(_missed(request, "We don’t know this code.", lambda: unknown(request, code)))

    return wrapped


def counts_lost_links(view: CodeView[Rest]) -> Callable[..., HttpResponseBase]:
    """A view of a secret link, whose 404 says the same of all that lead nowhere; 429 for who tried too many."""

    @wraps(view)
    def wrapped(request: HttpRequest, token: str, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
        try:
            return view(request, token, *args, **kwargs)
        except Http404:
            return vary(_missed(request, "This link leads nowhere, or no longer.", lambda: _ended(request)))

    return wrapped


def reads(view: CodeView[Rest]) -> Callable[..., HttpResponseBase]:
    """A view of a code that is only opened; other methods are told so, without a look at a form's token."""

    @csrf_exempt  # nothing is changed, so there is nothing that another site could have changed
    @wraps(view)
    def wrapped(request: HttpRequest, code: str, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
        if request.method in READING:
            return view(request, code, *args, **kwargs)
        headers = {"Allow": ", ".join(READING)}
        if wants_json(request):
            return vary(problem(405, "This is only read. Nothing was changed.", headers=headers))
        page = render(request, "405.html", status=405)
        page["Allow"] = headers["Allow"]
        return vary(page)

    return wrapped


def unknown(request: HttpRequest, typed: str) -> HttpResponse:
    """The page for a code that we do not know; it says what is wrong with one that cannot be."""
    hint = ""
    try:
        codes.parse_code(typed)
    except codes.CodeError as error:
        hint = str(error)
    context = {"typed": typed[:40], "hint": hint, "slips": likely_slips(typed)}
    return render(request, "scan/unknown.html", context, status=404)


def wants_json(request: HttpRequest) -> bool:
    """Whether a program asks."""
    return request.content_type == JSON or request.get_preferred_type(["text/html", JSON]) == JSON


def vary(response: HttpResponse) -> HttpResponse:
    """An answer that nobody keeps: another visitor, or a program, gets another one."""
    response["Vary"] = "Accept, Cookie"
    response["Cache-Control"] = "private, no-store"
    return response


def _ended(request: HttpRequest) -> HttpResponse:
    return render(request, "scan/ended.html", status=404)


def _missed(request: HttpRequest, detail: str, page: Callable[[], HttpResponse]) -> HttpResponse:
    wait = seconds_to_wait(f"miss:{asker(request.META)}", most=MISSES, window=MISSES_WITHIN)
    if not wait:
        return problem(404, detail) if wants_json(request) else page()
    return too_many(request, "Those were many wrong codes.", wait)


def too_many(request: HttpRequest, reason: str, wait: int) -> HttpResponse:
    """429, with the seconds to wait."""
    if wants_json(request):
        return problem(429, reason, headers={"Retry-After": str(wait)})
    page = render(request, "scan/wait.html", {"reason": reason, "minutes": -(-wait // 60)}, status=429)
    page["Retry-After"] = str(wait)
    return page


def asker(environ: Mapping[str, Any]) -> str:
    """A keyed hash of the address alone, as a browser's name is changed at will; of IPv6, the /64 of a household."""
    address = address_of(environ)
    if ":" in address:
        with suppress(ValueError):
            address = str(ip_network(f"{address}/64", strict=False))
    return salted_hmac("dashboards.misses", address, algorithm="sha256").hexdigest()
