"""The desk's page of the company's logo: how it looks, also in a code; setting, replacing, taking away."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from dashboards.desk.forms import LogoForm
from dashboards.desk.members import at_desk, desk_context
from dashboards.forms import posted
from parties.access import Role
from parties.errors import RefusedError
from parties.models import Company, Member
from picos.logos import access_logo, logo_response, remove_logo, set_logo
from picos.models import Batch, Logo, Pico


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(Role.ADMIN)
def logo(request: HttpRequest, member: Member) -> HttpResponse:
    """The present logo and one of the company's codes with it, a form for another, and a button to take it away."""
    if "remove" in request.POST:
        _remove(request, member.company)
        return redirect("logo", member.company.slug)
    form = LogoForm(posted(request), request.FILES or None)
    if form.is_valid():
        try:
            set_logo(company=member.company, file=form.cleaned_data["file"])
        except RefusedError as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, "It is in your codes from now on.")
            return redirect("logo", member.company.slug)
    present = Logo.objects.filter(company=member.company).defer("png").first()
    context = desk_context(member, "products", form=form, logo=present, copy=_a_copy(member.company))
    return render(request, "desk/logo.html", context, status=422 if form.errors else 200)


@require_safe
@at_desk(Role.ADMIN)
def picture(request: HttpRequest, member: Member) -> HttpResponse:
    """The logo itself."""
    del request
    return logo_response(access_logo(company=member.company))


def _remove(request: HttpRequest, company: Company) -> None:
    if remove_logo(company=company):
        messages.success(request, "Your codes have your initial in them again.")
    else:
        messages.info(request, "There is no logo any more.")


def _a_copy(company: Company) -> Pico | None:
    """One that was minted lately, whose code shows how the logo looks."""
    batch = Batch.objects.filter(product__company=company, minted__gt=0).order_by("-created_at").first()
    # Whichever of up to millions is found first.
    return next(iter(batch.picos.all()[:1]), None) if batch else None
