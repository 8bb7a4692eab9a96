"""At the desk: the code that a customer reads out, and what it shows for 30 minutes."""

from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from conduits.models import ContextPass
from conduits.passes import using
from conduits.photos import photo_response
from dashboards.desk.members import at_desk, desk_context, reader_of
from live.tokens import token_for, topic
from parties.access import Role
from parties.errors import TooManyError
from parties.models import Member

SHOWN = 50
# The same for whatever is wrong with it.
WRONG = "This code does not work. Ask for it once more: it may be mistyped, used already, taken back, or too old."


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(posting=Role.AGENT)
def passes(request: HttpRequest, member: Member) -> HttpResponse:
    """A field for the code, and the receipts."""
    typed, error, status = request.POST.get("code", "")[:50], "", 200
    if request.method == "POST":
        try:
            used = using.use_pass(reader=reader_of(member), code=typed, agent=member.person)
        except Http404:
            error, status = WRONG, 422
        except TooManyError as refusal:
            error, status = str(refusal), 429
        else:
            return redirect("desk_pass", member.company.slug, used.pk)
    mine = ContextPass.objects.filter(company=member.company).exclude(used_at=None)
    receipts = mine.select_related("conduit__pico__product__company")[:SHOWN]
    context = desk_context(member, "inbox", typed=typed.replace("\0", ""), error=error, receipts=receipts)
    return render(request, "desk/passes.html", context, status=status)


@require_safe
@at_desk()
def one(request: HttpRequest, member: Member, pass_id: UUID) -> HttpResponse:
    """What it shows, to who used it; to colleagues, and later, the receipt."""
    context = _context(member, pass_id)
    context |= {
        "live_token": token_for(topic("pass", pass_id, "company")),
        "fragment_url": reverse("desk_pass_part", args=[member.company.slug, pass_id]),
    }
    return _unkept(render(request, "desk/pass.html", context))


@require_safe
@at_desk()
def part(request: HttpRequest, member: Member, pass_id: UUID) -> HttpResponse:
    """The part that is gone when its owner takes it back."""
    return _unkept(render(request, "passes/shown.html", _context(member, pass_id)))


@require_safe
@at_desk()
def photo(request: HttpRequest, member: Member, pass_id: UUID, photo_id: UUID) -> FileResponse:
    """A photo that it shows."""
    del request
    reader = reader_of(member)
    shown = using.access_used(reader=reader, pass_id=pass_id)
    response = photo_response(using.photo_of(shown=shown, reader=reader, photo_id=photo_id), small=True)
    response["Cache-Control"] = "no-store"
    return response


def _context(member: Member, pass_id: UUID) -> dict[str, Any]:
    reader = reader_of(member)
    shown = using.access_used(reader=reader, pass_id=pass_id)
    values = using.values_for(shown=shown, reader=reader)
    return desk_context(member, "inbox", shown=shown, values=values)


def _unkept(response: HttpResponse) -> HttpResponse:
    """Neither the browser nor anything between is to keep it."""
    response["Cache-Control"] = "no-store"
    return response
