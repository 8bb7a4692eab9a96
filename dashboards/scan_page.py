"""What a scan opens: the page of a code, the same as JSON, and its QR code."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from api.problems import problem
from api.throttling import seconds_to_wait
from conduits.access import current_conduit
from dashboards.forms import FinderForm
from dashboards.owned import owner_context
from journals.keeping import open_journal_of
from parties.models import Person
from picos import codes, qr
from picos.access import find_pico
from picos.losing import current_loss
from picos.models import Pico
from picos.scanning import record_scan
from picos.visitors import is_looking, visitor_of

# How many wrong codes a visitor may try: plenty for typing, nothing for guessing.
MISSES, MISSES_WITHIN = 20, timedelta(minutes=1)
# Pages come back to themselves with this after an action; it is no scan.
STAYED = "stay"


@require_safe
def scan(request: HttpRequest, code: str) -> HttpResponseBase:
    """The page of a code; opening it is a scan."""
    try:
        pico = find_pico(code)
    except Http404:
        return _missed(request, code)
    you = _who(request, pico)
    event = None
    if is_looking(request) and STAYED not in request.GET:
        person = request.user if you == "owner" and isinstance(request.user, Person) else None
        event = record_scan(pico=pico, visitor=visitor_of(request), person=person)
    if _wants_json(request):
        return _vary(JsonResponse(_as_json(pico, you, event)))
    return _vary(render(request, "scan/page.html", _context(request, pico, you)))


@require_safe
def fragment(request: HttpRequest, code: str) -> HttpResponse:
    """The part of the page that answers change; for its owner, and no scan."""
    pico = find_pico(code)
    if _who(request, pico) != "owner":
        raise Http404
    context = owner_context(pico, request.user) | {"pico": pico, "viewer": "owner", "photos_visible": True}  # type: ignore[arg-type]
    return _vary(render(request, "entries.html", context))


@require_safe
def typed(request: HttpRequest) -> HttpResponse:
    """From a typed code to its page."""
    text = request.GET.get("code", "")[:100]
    try:
        return redirect(f"/P/{codes.parse_code(text)}")
    except codes.CodeError as error:
        return _unknown(request, text, str(error))


@require_safe
def qr_code(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """The QR code, as SVG or PNG; `?size=` in pixels, `?level=` L, M, Q or H."""
    pico = find_pico(code)
    level = request.GET.get("level", "M").upper()
    size = request.GET.get("size", "512")
    sound = level in qr.LEVELS and size.isascii() and size.isdigit() and len(size) <= 4  # noqa: PLR2004
    if not sound or not qr.SMALLEST <= int(size) <= qr.LARGEST:
        wrong = f"A size is {qr.SMALLEST} to {qr.LARGEST}, a level one of L, M, Q, H."
        return problem(422, wrong, errors={"size" if level in qr.LEVELS else "level": [wrong]})
    if kind == "svg":
        drawn = qr.svg(pico, level=level, size=int(size) if "size" in request.GET else None)  # type: ignore[arg-type]
        return HttpResponse(drawn, content_type="image/svg+xml", headers=_KEEP)
    return HttpResponse(qr.png(pico, level=level, size=int(size)), content_type="image/png", headers=_KEEP)  # type: ignore[arg-type]


_KEEP = {"Cache-Control": "public, max-age=86400"}


def _who(request: HttpRequest, pico: Pico) -> str:
    person = request.user
    if not isinstance(person, Person):
        return "anonymous"
    if pico.claimed and pico.owner_id == person.pk:
        return "owner"
    company = pico.product.company_id if pico.product else None
    return "agent" if company and person.memberships.filter(company=company).exists() else "anonymous"


def _context(request: HttpRequest, pico: Pico, you: str) -> dict[str, Any]:
    shown: dict[str, Any] = {"pico": pico, "you": you, "loss": current_loss(pico), "finder_form": FinderForm()}
    if you == "owner":
        return shown | owner_context(pico, request.user)  # type: ignore[arg-type]
    journal = open_journal_of(pico) if pico.claimed else None
    shown["entries"] = list(journal.entries.public().with_author()[:20]) if journal else []
    shown["journal"] = journal
    if you == "agent":
        shown["conduit"] = current_conduit(pico)
    return shown


def _as_json(pico: Pico, you: str, event: object) -> dict[str, Any]:
    loss = current_loss(pico)
    product = pico.product
    return {
        "code": pico.code,
        "status": pico.status,
        "product": {"name": product.name, "sku": product.sku, "gtin": product.gtin, "company": product.company.name}
        if product
        else {"name": pico.name, "sku": "", "gtin": "", "company": pico.company_name},
        "message": loss.message if loss else None,
        "contact": loss.contact if loss and loss.show_contact else None,
        "advisories": [],
        "you": you,
        "scan": {"event": str(event)} if event else None,
    }


def _wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def _missed(request: HttpRequest, code: str) -> HttpResponse:
    """Every code that leads nowhere gets the same answer, and a visitor only so many of them."""
    wait = seconds_to_wait(f"miss:{visitor_of(request).hex()}", most=MISSES, window=MISSES_WITHIN)
    if wait:
        reason = "That were many wrong codes."
        if _wants_json(request):
            return problem(429, reason, headers={"Retry-After": str(wait)})
        page = render(request, "scan/wait.html", {"reason": reason, "minutes": -(-wait // 60)}, status=429)
        page["Retry-After"] = str(wait)
        return page
    if _wants_json(request):
        return problem(404, "We don’t know this code.")
    return _unknown(request, code, "")


def _unknown(request: HttpRequest, text: str, hint: str) -> HttpResponse:
    if not hint:
        try:
            codes.parse_code(text)
        except codes.CodeError as error:
            hint = str(error)
    return render(request, "scan/unknown.html", {"typed": text[:40], "hint": hint}, status=404)


def _vary(response: HttpResponse) -> HttpResponse:
    response["Vary"] = "Accept, Cookie"
    response["Cache-Control"] = "private, no-store"
    return response
