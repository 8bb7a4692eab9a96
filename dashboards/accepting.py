"""Pages for whoever was given a secret link: a next owner, or the maker of a thing."""

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from conduits.models.conduit import DEFAULT_GRANTS, Grant
from conduits.opening import accept_invitation, accept_transfer
from dashboards.forms import MakerForm, posted
from journals.inheriting import passing_on
from parties.errors import StateForbidsError
from parties.models import Member, Person
from picos.access import access_product
from picos.models import Invitation, Pico, Product, Transfer
from picos.offers import access_offer


@require_http_methods(["GET", "HEAD", "POST"])
def transfer(request: HttpRequest, token: str) -> HttpResponse:
    """What somebody gives, what comes along and what stays; accepted with one press. No scan."""
    try:
        pico = access_offer(Transfer, token).pico
        if request.method != "POST":
            return _secretly(render(request, "accepting/transfer.html", _offered(request, pico)))
        if not isinstance(request.user, Person):
            return _secretly(redirect_to_login(request.path))
        accepted, _ = accept_transfer(token=token, person=request.user)
    except Http404:
        return _gone(request)
    except StateForbidsError as error:
        context = _offered(request, pico) | {"refusal": str(error)}
        return _secretly(render(request, "accepting/transfer.html", context, status=409))
    messages.success(request, f"{accepted.title} is yours.")
    return redirect("thing", accepted.code)


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """A customer would like to connect: tells an admin of a company that, and nothing else, until they accept."""
    try:
        access_offer(Invitation, token)
        if not isinstance(request.user, Person):
            return _secretly(redirect_to_login(request.path))
        members = _admins(request.user)
        form = MakerForm(posted(request), products=_products(members))
        if members and form.is_valid():
            return _connect(token, members, form.cleaned_data["product"])
    except Http404:
        return _gone(request)
    context = {"form": form, "members": members}
    return _secretly(render(request, "accepting/invitation.html", context, status=_status(request, members)))


def _connect(token: str, members: list[Member], product_id: str) -> HttpResponse:
    member, product = _chosen(members, product_id)
    conduit = accept_invitation(token=token, product=product, agent=member.person)
    return redirect("conversation", member.company.slug, conduit.pk)


def _chosen(members: list[Member], product_id: str) -> tuple[Member, Product]:
    for member in members:
        with suppress(Http404):
            return member, access_product(company=member.company, product_id=product_id)
    raise Http404


def _offered(request: HttpRequest, pico: Pico) -> dict[str, Any]:
    return {
        "pico": pico,
        "along": passing_on(pico).count(),
        "sees": [Grant(grant).label for grant in DEFAULT_GRANTS],
        "mine": request.user == pico.owner,
    }


def _admins(person: Person) -> list[Member]:
    return [member for member in person.memberships.select_related("company", "person") if member.may_set_up]


def _products(members: list[Member]) -> list[tuple[str, str]]:
    mine = Product.objects.filter(company__in=[member.company_id for member in members]).select_related("company")
    several = len(members) > 1
    return [
        (str(product.pk), f"{product.name} · {product.sku}" + (f" · {product.company}" if several else ""))
        for product in mine.order_by("company__name", "name")[:1000]
    ]


def _status(request: HttpRequest, members: list[Member]) -> int:
    if request.method != "POST":
        return 200
    return 422 if members else 403


def _gone(request: HttpRequest) -> HttpResponse:
    """The same for a link that never worked, and for one that works no more."""
    return _secretly(render(request, "accepting/gone.html", status=404))


def _secretly(page: HttpResponse) -> HttpResponse:
    """The address is the secret: it is kept nowhere, and told to nobody else.

    Under `no-referrer` a browser would post the form with `Origin: null`, which the check of forms refuses.
    """
    page["Cache-Control"] = "private, no-store"
    page["Referrer-Policy"] = "same-origin"
    return page
