"""What a scan opens: the page of a code, and the same as JSON."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from conduits.access import current_conduit
from conduits.advisories.standing import Standing, standing_for
from conduits.advisories.telling import advisories_path
from conduits.models import Advisory
from dashboards.forms import EntryForm, FinderForm
from dashboards.misses import counts_misses, reads, unknown, vary, wants_json
from dashboards.owned import owner_context
from dashboards.unsent import take_unsent
from journals.keeping import open_journal_of
from parties.models import Person
from picos import codes
from picos.access import find_pico
from picos.links import shown_links
from picos.losing import current_loss
from picos.models import Pico
from picos.regions import region_of
from picos.scanning import record_scan
from picos.visitors import is_looking, visitor_of

# Pages come back to themselves with this after an action; it is no scan.
STAYED = "stay"


@reads
@counts_misses
def scan(request: HttpRequest, code: str) -> HttpResponse:
    """The page of a code; opening it is a scan."""
    pico = find_pico(code)
    you = _who(request, pico)
    event = None
    if is_looking(request.META) and STAYED not in request.GET:
        person = request.user if you == "owner" and isinstance(request.user, Person) else None
        event = record_scan(pico=pico, visitor=visitor_of(request.META), person=person, region=region_of(request.META))
    if wants_json(request):
        return vary(JsonResponse(_as_json(pico, you, event, _standing(request, pico, you))))
    return vary(render(request, "scan/page.html", page_context(request, pico, you)))


@reads
@counts_misses
def fragment(request: HttpRequest, code: str) -> HttpResponse:
    """The part of the page that answers change; for its owner, and no scan."""
    pico = find_pico(code)
    if _who(request, pico) != "owner":
        raise Http404
    context = owner_context(pico, request.user) | {"pico": pico, "viewer": "owner", "photos_visible": True}  # type: ignore[arg-type]
    return vary(render(request, "entries.html", context))


@require_safe
def typed(request: HttpRequest) -> HttpResponse:
    """From a typed code to its page."""
    text = codes.without_address(request.GET.get("code", "")[:200])
    try:
        return redirect(f"/P/{codes.parse_code(text)}")
    except codes.CodeError:
        return unknown(request, text)


def _who(request: HttpRequest, pico: Pico) -> str:
    person = request.user
    if not isinstance(person, Person):
        return "anonymous"
    if pico.claimed and pico.owner_id == person.pk:
        return "owner"
    company = pico.product.company_id if pico.product else None
    return "agent" if company and person.memberships.filter(company=company).exists() else "anonymous"


def _standing(request: HttpRequest, pico: Pico, you: str) -> list[Standing]:
    """The advisories about it, where it is now."""
    owner = request.user if you == "owner" and isinstance(request.user, Person) else None
    return standing_for(pico, region=region_of(request.META), person=owner)


def page_context(
    request: HttpRequest,
    pico: Pico,
    you: str,
    *,
    form: EntryForm | None = None,
    finder_form: FinderForm | None = None,
) -> dict[str, Any]:
    """All that the page shows, whoever looks; with what was written when it could not be taken."""
    shown: dict[str, Any] = {"pico": pico, "you": you, "loss": current_loss(pico)}
    shown["finder_form"] = finder_form or FinderForm()
    shown["advisories"] = _standing(request, pico, you)
    shown["links"] = shown_links(pico.product, pico.batch_id) if pico.product else []
    if you == "owner":
        owners = owner_context(pico, request.user, form=form or take_unsent(request, pico))  # type: ignore[arg-type]
        if shown["advisories"]:
            owners["notices"] = [one for one in owners.get("notices", []) if one.path != advisories_path(pico)]
        return shown | owners
    journal = open_journal_of(pico) if pico.claimed else None
    shown["entries"] = list(journal.entries.public().with_author()[:20]) if journal else []
    shown["journal"] = journal
    if you == "agent":
        shown["conduit"] = current_conduit(pico)
    return shown


def _as_json(pico: Pico, you: str, event: object, standing: list[Standing]) -> dict[str, Any]:
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
        "advisories": [advisory_as_json(one.advisory) for one in standing],
        "you": you,
        "scan": {"event": str(event)} if event else None,
    }


def advisory_as_json(advisory: Advisory) -> dict[str, Any]:
    """An advisory, to anybody who has the code."""
    named = ("title", "body", "severity", "region", "until", "published_at", "corrected_at")
    return {"id": str(advisory.pk)} | {name: getattr(advisory, name) for name in named}
