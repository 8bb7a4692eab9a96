"""The desk's advisories: writing, correcting and ending them, and how they are received."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from conduits.access import access_advisory
from conduits.advisories import publishing as verbs
from conduits.advisories.counting import figures_of
from conduits.advisories.scopes import resolve_scope
from conduits.advisories.standing import COUNTED, concerned
from conduits.models import Advisory
from dashboards.advisory_forms import AdvisoryForm, EndingForm, WordingForm
from dashboards.desk.members import at_desk, desk_context
from dashboards.forms import posted
from dashboards.owned import before_of
from parties.access import Role
from parties.errors import RefusedError, StateForbidsError
from parties.models import Company, Member
from picos.models import Batch, Product
from picos.regions import regions_are_known

SHOWN = 50
# The newest; older ones are named through the API.
MOST_BATCHES = 200
SECTION = "advisories"
WORDING = ("title", "body", "severity", "until")


@require_safe
@at_desk()
def advisories(request: HttpRequest, member: Member) -> HttpResponse:
    """The company's advisories, newest first, with how they are received."""
    before = before_of(request)
    rows = Advisory.objects.filter(company=member.company).select_related("product", "batch").order_by("-pk")
    found = list((rows.filter(pk__lt=before) if before else rows)[: SHOWN + 1])
    shown = found[:SHOWN]
    figures = figures_of(shown)
    older_url = f"?before={shown[-1].pk}" if len(found) > SHOWN else ""
    context = desk_context(member, SECTION, advisories=[(one, figures[one.pk]) for one in shown], older_url=older_url)
    return render(request, "desk/advisories.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(Role.ADMIN)
def new(request: HttpRequest, member: Member) -> HttpResponse:
    """Publishes an advisory."""
    form = _form(request, member.company)
    if form.is_valid() and (published := _publish(form, member)):
        messages.success(request, "Published. The next scan shows it.")
        return redirect("advisory", member.company.slug, published.pk)
    context = desk_context(member, SECTION, form=form, regions_known=regions_are_known())
    return render(request, "desk/advisory_new.html", context, status=422 if form.errors else 200)


@require_safe
@at_desk()
def advisory(request: HttpRequest, member: Member, advisory_id: UUID) -> HttpResponse:
    """One advisory: what it says and said, and how it is received."""
    it = access_advisory(company=member.company, advisory_id=advisory_id)
    before = list(it.wordings.filter(revision__lt=it.revision).order_by("-revision"))
    context = desk_context(member, SECTION, it=it, before=before, copies=_copies(it)) | _received(it)
    return render(request, "desk/advisory.html", context)


@require_safe
@at_desk()
def progress(request: HttpRequest, member: Member, advisory_id: UUID) -> HttpResponse:
    """How it is received, asked for again while owners are told."""
    it = access_advisory(company=member.company, advisory_id=advisory_id)
    return render(request, "desk/advisory_progress.html", desk_context(member, SECTION, it=it) | _received(it))


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(Role.ADMIN)
def correct(request: HttpRequest, member: Member, advisory_id: UUID) -> HttpResponse:
    """Says something else from now on."""
    it = access_advisory(company=member.company, advisory_id=advisory_id)
    form = WordingForm(posted(request), initial={name: getattr(it, name) for name in WORDING})
    if form.is_valid():
        try:
            verbs.correct(advisory=it, agent=member.person, **form.cleaned_data)
        except (RefusedError, StateForbidsError) as error:
            _say(form, error)
        else:
            messages.success(request, "Corrected. The next scan shows it.")
            return redirect("advisory", member.company.slug, it.pk)
    context = desk_context(member, SECTION, form=form, it=it)
    return render(request, "desk/advisory_correct.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(Role.ADMIN)
def end(request: HttpRequest, member: Member, advisory_id: UUID) -> HttpResponse:
    """Gives the all clear, or withdraws it."""
    it = access_advisory(company=member.company, advisory_id=advisory_id)
    form = EndingForm(posted(request))
    if form.is_valid():
        verb = verbs.withdraw if form.cleaned_data["how"] == Advisory.Ending.WITHDRAWN else verbs.give_all_clear
        try:
            verb(advisory=it, words=form.cleaned_data["body"], agent=member.person)
        except StateForbidsError as error:
            _say(form, error)
        else:
            messages.success(request, "It has left the pages.")
            return redirect("advisory", member.company.slug, it.pk)
    context = desk_context(member, SECTION, form=form, it=it)
    return render(request, "desk/advisory_end.html", context, status=422 if form.errors else 200)


def _form(request: HttpRequest, company: Company) -> AdvisoryForm:
    batches = Batch.objects.filter(product__company=company).select_related("product").order_by("-created_at")
    newest = batches.filter(pk__in=list(batches.values_list("pk", flat=True)[:MOST_BATCHES]))
    return AdvisoryForm(
        posted(request), products=Product.objects.filter(company=company).order_by("name"), batches=newest
    )


def _publish(form: AdvisoryForm, member: Member) -> Advisory | None:
    """None when it cannot be, and the form says why."""
    said = {name: form.cleaned_data[name] for name in WORDING}
    try:
        scope = resolve_scope(company=member.company, **form.scope())
        return verbs.publish(company=member.company, scope=scope, agent=member.person, **said)
    except (RefusedError, StateForbidsError) as error:
        _say(form, error)
    return None


def _say(form: WordingForm | EndingForm, error: RefusedError | StateForbidsError) -> None:
    field = error.field.rpartition(".")[2] if isinstance(error, RefusedError) else ""
    form.add_error(field if field in form.fields else None, str(error))


def _received(it: Advisory) -> dict[str, Any]:
    figures = figures_of([it])[it.pk]
    telling = figures.telling
    left = (telling.reaches or 0) - telling.told if telling and telling.under_way else 0
    return {
        "figures": figures,
        "seconds_left": -(-left // settings.PICO_TOLD_PER_SECOND) if left > 0 else 0,
    }


def _copies(it: Advisory) -> str:
    copies = concerned(it)
    if copies > COUNTED:
        return f"more than {COUNTED:,} copies"
    return f"{copies:,} cop{'y' if copies == 1 else 'ies'}"
