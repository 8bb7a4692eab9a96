"""The desk's labels of a batch: what to print, how the first sheet will look, and the files."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from dashboards.desk.members import at_desk, desk_context
from dashboards.wording import Form
from parties.access import Role
from parties.errors import RefusedError, StateForbidsError
from parties.models import Member
from picos.access import access_batch
from picos.labels import pdf
from picos.labels.files import KINDS, file_of
from picos.labels.order import PARTS, Order, wanted
from picos.labels.preview import preview
from picos.labels.sheets import places, sheet_named, sheets
from picos.models import Batch

WORDS = {"code": "the code", "name": "the product’s name", "serial": "serial", "sku": "SKU", "company": "company"}


class LabelsForm(Form):
    """What to print; names and bounds are those of an Order."""

    sheet = forms.ChoiceField(label="Sheet", initial="5160")
    start = forms.IntegerField(label="First free label on the first sheet", min_value=1, initial=1)
    copies = forms.IntegerField(label="Copies of each", min_value=1, max_value=20, initial=1)
    fields_ = forms.MultipleChoiceField(
        label="Beside the square",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        initial=["code", "name", "serial"],
    )
    first = forms.IntegerField(label="From copy", min_value=1, initial=1)
    count = forms.IntegerField(label="How many copies", min_value=1, required=False, help_text="Empty: all the rest.")
    x = forms.FloatField(
        label="Move to the right, mm",
        min_value=-20,
        max_value=20,
        initial=0,
        help_text="If your printer is off centre.",
    )
    y = forms.FloatField(label="Move down, mm", min_value=-20, max_value=20, initial=0)
    dpi = forms.TypedChoiceField(
        label="Dots per inch", coerce=int, choices=[(n, n) for n in (203, 300, 600)], initial=203
    )
    width = forms.FloatField(label="Label’s width, mm", min_value=15, max_value=200, initial=57)
    height = forms.FloatField(label="Label’s height, mm", min_value=15, max_value=300, initial=32)

    def __init__(self, *args: Any, batch: Batch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # `fields` is the form's own name for all of them.
        self.fields = {"fields" if name == "fields_" else name: field for name, field in self.fields.items()}
        known = WORDS | ({"pin": "the PIN"} if batch.pin_key else {})
        choices: Any = [(part, known[part]) for part in PARTS if part in known]
        self.fields["fields"].choices = choices  # type: ignore[attr-defined]
        self.fields["sheet"].choices = [(one.NAME, one.TITLE) for one in sheets().values()]  # type: ignore[attr-defined]
        self.fields["first"].help_text = f"Of {batch.minted:,}, in the order of minting."
        if batch.minted > pdf.MOST:
            self.fields["count"].initial = pdf.MOST

    def order(self) -> Order:
        """What was asked for, or what is usual where nothing was. Raises nothing if the form is valid or unbound."""
        given = self.cleaned_data if self.is_bound else {name: field.initial for name, field in self.fields.items()}
        return Order.model_validate({name: value for name, value in given.items() if value is not None})


@require_safe
@at_desk(Role.ADMIN)
def labels(request: HttpRequest, member: Member, batch_id: UUID) -> HttpResponse:
    """What to print of a batch."""
    batch = access_batch(company=member.company, batch_id=batch_id)
    try:
        return _page(request, member, batch, _form(request, batch))
    except StateForbidsError as error:
        return _back(request, member, batch, error)


@require_safe
@at_desk(Role.ADMIN)
def labels_preview(request: HttpRequest, member: Member, batch_id: UUID) -> HttpResponse:
    """The first sheet as SVG; empty if it cannot be printed like this."""
    batch = access_batch(company=member.company, batch_id=batch_id)
    form = _form(request, batch)
    try:
        drawn = preview(batch, form.order()) if form.is_valid() or not form.is_bound else ""
    except (RefusedError, StateForbidsError):
        drawn = ""
    headers = {"Cache-Control": "private, no-store"}
    return HttpResponse(drawn, content_type="image/svg+xml", headers=headers, status=200 if drawn else 422)


@require_safe
@at_desk(Role.ADMIN)
def labels_file(request: HttpRequest, member: Member, batch_id: UUID, kind: str) -> HttpResponseBase:
    """The file to print, or the page that says what is wrong."""
    if kind not in KINDS:
        raise Http404
    batch = access_batch(company=member.company, batch_id=batch_id)
    form = _form(request, batch)
    try:
        if form.is_valid() or not form.is_bound:
            return file_of(batch=batch, kind=kind, order=form.order())
    except RefusedError as error:
        form.add_error(error.field, str(error))
    except StateForbidsError as error:
        return _back(request, member, batch, error)
    return _page(request, member, batch, form)


def _form(request: HttpRequest, batch: Batch) -> LabelsForm:
    return LabelsForm(request.GET or None, batch=batch)


def _page(request: HttpRequest, member: Member, batch: Batch, form: LabelsForm) -> HttpResponse:
    number = sheets_used = 0
    if not form.errors:
        try:
            order = form.order()
            number = wanted(batch, order) * order.copies
            sheets_used = -(-(number + order.start - 1) // len(places(sheet_named(order.sheet))))
        except RefusedError as error:
            form.add_error(error.field, str(error))
    context = desk_context(
        member,
        "products",
        form=form,
        batch=batch,
        number=number,
        sheets=sheets_used,
        query=request.GET.urlencode(),
    )
    return render(request, "desk/labels.html", context, status=422 if form.errors else 200)


def _back(request: HttpRequest, member: Member, batch: Batch, error: StateForbidsError) -> HttpResponse:
    messages.error(request, str(error))
    return redirect("product", member.company.slug, batch.product_id)
