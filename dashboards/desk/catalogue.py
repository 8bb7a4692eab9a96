"""The desk's products: adding them, minting batches, printing what a print shop needs."""

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from conduits.suspicions import read_suspicions
from dashboards.desk.forms import BatchForm, LinkForm, PrintedForm, ProductForm
from dashboards.desk.members import at_desk, desk_context, reader_of
from dashboards.forms import posted
from parties.access import Role
from parties.errors import RefusedError, StateForbidsError
from parties.models import Member
from picos import minting
from picos import products as verbs
from picos.access import access_batch, access_product
from picos.labels.files import file_of
from picos.labels.order import Order
from picos.models import Batch, Link, Product


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(posting=Role.ADMIN)
def products(request: HttpRequest, member: Member) -> HttpResponse:
    """The company's products, and a form to add one."""
    form = ProductForm(posted(request))
    if form.is_valid():
        try:
            product = verbs.add_product(company=member.company, **form.cleaned_data)
        except RefusedError as error:
            form.add_error(error.field, str(error))
        else:
            return redirect("product", member.company.slug, product.pk)
    mine = Product.objects.filter(company=member.company).order_by("name")
    context = desk_context(member, "products", form=form, products=mine)
    return render(request, "desk/products.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(posting=Role.ADMIN)
def product(request: HttpRequest, member: Member, product_id: UUID) -> HttpResponse:
    """One product: its batches, and a form to mint."""
    shown = access_product(company=member.company, product_id=product_id)
    form = BatchForm(posted(request), request.FILES or None)
    if form.is_valid():
        try:
            minting.order_batch(product=shown, **form.cleaned_data)
        except RefusedError as error:
            form.add_error("pattern" if error.field == "first_number" else error.field, str(error))
        except StateForbidsError as error:
            form.add_error("pattern", str(error))
        else:
            return redirect("product", member.company.slug, shown.pk)
    return product_page(request, member, shown, form=form)


def product_page(
    request: HttpRequest,
    member: Member,
    shown: Product,
    *,
    form: BatchForm | None = None,
    link: LinkForm | None = None,
    printed: PrintedForm | None = None,
) -> HttpResponse:
    """The page of a product, with what was sent and cannot be taken."""
    forms = {
        "form": form or BatchForm(),
        "link_form": link or LinkForm(batches=batches_of(shown)),
        "printed_form": printed or PrintedForm(),
    }
    suspected = read_suspicions(product=shown, reader=reader_of(member))
    rows = {"batches": _batches(shown), "links": _links(shown), "suspected": suspected}
    context = desk_context(member, "products", product=shown, **rows, **forms)
    wrong = any(one.errors for one in forms.values())
    return render(request, "desk/product.html", context, status=422 if wrong else 200)


@require_safe
@at_desk()
def batches(request: HttpRequest, member: Member, product_id: UUID) -> HttpResponse:
    """The batches' progress, asked for again while one is being minted."""
    shown = access_product(company=member.company, product_id=product_id)
    return render(
        request, "desk/batches.html", desk_context(member, "products", product=shown, batches=_batches(shown))
    )


@at_desk(Role.ADMIN)
def cancel(request: HttpRequest, member: Member, batch_id: UUID) -> HttpResponse:
    """Mints no more of a batch."""
    batch = access_batch(company=member.company, batch_id=batch_id)
    try:
        minting.cancel_batch(batch)
        messages.success(request, f"No more of it is minted. {batch.minted:,} copies are there.")
    except StateForbidsError as error:
        messages.info(request, str(error))
    return redirect("product", member.company.slug, batch.product_id)


@require_safe
@at_desk(Role.ADMIN)
def export(request: HttpRequest, member: Member, batch_id: UUID) -> HttpResponseBase:
    """The batch as CSV, with PINs where claiming takes one."""
    del request
    batch = access_batch(company=member.company, batch_id=batch_id)
    return file_of(batch=batch, kind="csv", order=Order())


def batches_of(product: Product) -> QuerySet[Batch]:
    """Newest first."""
    return product.batches.order_by("-created_at")


def _links(product: Product) -> list[Link]:
    return list(product.links.select_related("batch").order_by("type", "id"))


def _batches(product: Product) -> list[Batch]:
    return list(batches_of(product)[:50])
