"""The doors to picos, products and batches: each returns the row or raises the 404 that hides whether there is one."""

from typing import TypeVar
from uuid import UUID

from django.http import Http404

from parties.models import Company, Person
from picos.codes import CodeError, parse_code
from picos.models import Batch, Link, Pico, Product
from picos.models.pico import PicoQuerySet

Row = TypeVar("Row")


def access_pico(*, viewer: Company | Person, code: str) -> Pico:
    """The viewer's own pico: a person's thing, or a copy of a company's product. Raises Http404."""
    return _behind(code, Pico.objects.with_product().visible_to(viewer))


def access_owned_pico(*, owner: Person, code: str) -> Pico:
    """A thing of this person's. Raises Http404."""
    return _behind(code, Pico.objects.with_product().filter(owner=owner))


def find_pico(code: str) -> Pico:
    """The pico behind a code that somebody holds in their hand; public. Raises Http404."""
    return _behind(code, Pico.objects.with_product())


def surviving(pico: Pico) -> Pico:
    """The pico itself, or the one that it was merged into."""
    if pico.status != Pico.Status.RETIRED:
        return pico
    return Pico.objects.with_product().filter(aliases__code=pico.code).first() or pico


def access_product(*, company: Company, product_id: UUID | str) -> Product:
    """A product of this company. Raises Http404."""
    return _found(Product.objects.filter(company=company, pk=product_id).select_related("company").first())


def access_batch(*, company: Company, batch_id: UUID | str) -> Batch:
    """A batch of this company. Raises Http404."""
    return _found(
        Batch.objects.filter(product__company=company, pk=batch_id).select_related("product__company").first()
    )


def _behind(code: str, picos: PicoQuerySet) -> Pico:
    """The one of these that the code leads to. Aliases are asked only where a scan of a living pico never comes by."""
    parsed = _parsed(code)
    pico = picos.filter(code=parsed).first()
    if pico is None or pico.status == Pico.Status.RETIRED:
        pico = picos.filter(aliases__code=parsed).first() or pico
    return _found(pico)


def access_link(*, product: Product, link_id: UUID | str) -> Link:
    """A link of this product, which its own door has admitted to. Raises Http404."""
    return _found(Link.objects.filter(product=product, pk=link_id).select_related("product").first())


def _parsed(code: str) -> str:
    try:
        return parse_code(code)
    except CodeError as error:
        raise Http404 from error


def _found(row: Row | None) -> Row:
    if row is None:
        raise Http404
    return row
