"""The pages of GS1 Digital Links: leading on from /01/…, lists of links, and a product's own page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from api.problems import problem
from api.throttling import seconds_to_wait
from dashboards.guessing import count_unknown, seconds_noted
from dashboards.misses import MISSES, MISSES_WITHIN, asker
from picos.gs1 import linksets
from picos.gs1.answering import CORS, METHODS, PREFLIGHT, Links, Question, answer, ask, link_header
from picos.gs1.choosing import accepts
from picos.gs1.description import description
from picos.gs1.digital_link import PREFIX, DigitalLinkError, parse_path
from picos.gs1.resolving import Found, find

JSON_LD = "application/ld+json"

View = Callable[..., HttpResponse]


def for_everybody(view: View) -> View:
    """A view that scripts of any site may ask, and that says so in each of its answers."""

    @csrf_exempt
    @wraps(view)
    def wrapped(request: HttpRequest, **parts: Any) -> HttpResponse:
        if request.method == "OPTIONS":
            response = HttpResponse(status=204, headers=PREFLIGHT)
        elif request.method not in {"GET", "HEAD"}:
            response = problem(405, "This is only read. Nothing was changed.", headers={"Allow": METHODS})
        else:
            response = view(request, **parts)
        for name, value in CORS.items():
            response[name] = value
        return response

    return wrapped


@for_everybody
def resolve(request: HttpRequest) -> HttpResponse:
    """From a GS1 Digital Link to what it names. It records no scan; the page it leads to does."""
    try:
        question = ask(request.META)
        # Known or not, it is not even looked for.
        wait = seconds_noted(request.META) if question.link.serial else 0
        found = None if wait else find(question.link)
        if wait := wait or _seconds_to_wait(request, found):
            return _wrong(request, 429, "Those were many wrong numbers.", {"Retry-After": str(wait)})
        if found is None and not question.link.is_guess:
            return _wrong(request, 404, "Nobody here has a product with this GTIN.")
        answered = answer(question, found)
    except DigitalLinkError as error:
        return _wrong(request, 400, str(error))
    if isinstance(answered, Links):
        return _listed(request, question, answered)
    headers = {"Location": answered.location, "Link": link_header(question.link)}
    return HttpResponse(status=307, headers=headers)


@for_everybody
def describe(request: HttpRequest) -> HttpResponse:
    """The resolver description file."""
    del request
    return JsonResponse(description())


@require_safe
def product(request: HttpRequest, gtin: str) -> HttpResponse:
    """What is known of a product by its GTIN: where such a link leads when its company names no better page."""
    try:
        found = find(parse_path(f"{PREFIX}{gtin}"))
    except DigitalLinkError as error:
        raise Http404 from error
    if found is None:
        raise Http404
    targets = [target for level in found.levels() for target in level.targets if not target.href.endswith(request.path)]
    return render(request, "gs1/product.html", {"found": found, "links": targets})


def _seconds_to_wait(request: HttpRequest, found: Found | None) -> int:
    if found is None:
        return seconds_to_wait(f"miss:{asker(request.META)}", most=MISSES, window=MISSES_WITHIN)
    if found.is_known_in_full:
        return 0
    return count_unknown(request.META)


def _listed(request: HttpRequest, question: Question, links: Links) -> HttpResponse:
    headers = {"Link": link_header(question.link, lists=True)}
    if _wants_page(question.accept):
        context = {"links": links}
        response = render(request, "gs1/links.html", context, status=links.status)
        response["Link"] = headers["Link"]
        return response
    document, media_type = links.document(), linksets.MEDIA_TYPE
    if accepts(question.accept, JSON_LD) > accepts(question.accept, media_type):
        document, media_type = {"@context": linksets.CONTEXT} | document, JSON_LD
    elif accepts(question.accept, "application/json") > accepts(question.accept, media_type):
        media_type = "application/json"
    return JsonResponse(document, status=links.status, content_type=media_type, headers=headers)


def _wrong(request: HttpRequest, status: int, reason: str, headers: dict[str, str] | None = None) -> HttpResponse:
    if not _wants_page(request.headers.get("Accept", "")):
        return problem(status, reason, headers=headers)
    response = render(request, "gs1/wrong.html", {"reason": reason, "status": status}, status=status)
    for name, value in (headers or {}).items():
        response[name] = value
    return response


def _wants_page(accept: str) -> bool:
    """Whether a browser asks, which names HTML before anything else."""
    html = accepts(accept, "text/html")
    return html > 0 and html >= max(accepts(accept, linksets.MEDIA_TYPE), accepts(accept, JSON_LD))
