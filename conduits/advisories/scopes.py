"""Whom an advisory is about: a product, a batch, serials, a region; all that are named must fit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from conduits.models import Advisory
from parties.errors import RefusedError
from parties.models import Company
from picos.models import Batch, Product
from picos.regions import REGION, UNPLACED, country_of
from picos.serial_runs import Run, parse_runs

FIELD = "scope"


@dataclass(frozen=True, slots=True)
class Scope:
    """Checked; at least one of them is there. A batch's product always is."""

    product: Product | None = None
    batch: Batch | None = None
    runs: Sequence[Run] = ()
    region: str = ""


def resolve_scope(
    *,
    company: Company,
    product: UUID | None = None,
    batch: UUID | None = None,
    serials: Sequence[str] = (),
    region: str = "",
) -> Scope:
    """The scope with these parts. Raises RefusedError; what is not the company's is answered like what is not there."""
    known = _product(company, product) if product else None
    lot = _batch(company, batch, known) if batch else None
    runs = parse_runs(serials, field=f"{FIELD}.serials")
    scope = Scope(lot.product if lot else known, lot, tuple(runs), _region(region))
    if scope == Scope():
        message = "Say whom it is about: a product, a batch, serials or a region."
        raise RefusedError(message, field=FIELD)
    return scope


def scope_of(advisory: Advisory) -> dict[str, Any]:
    """As the API writes it."""
    named = {
        "product": str(advisory.product_id) if advisory.product_id else None,
        "batch": str(advisory.batch_id) if advisory.batch_id else None,
        "serials": advisory.serials or None,
        "region": advisory.region or None,
    }
    return {name: value for name, value in named.items() if value}


def _product(company: Company, product_id: UUID) -> Product:
    product = Product.objects.filter(company=company, pk=product_id).first()
    if product is None:
        raise RefusedError("You have no such product.", field=f"{FIELD}.product")
    return product


def _batch(company: Company, batch_id: UUID, product: Product | None) -> Batch:
    batch = Batch.objects.filter(product__company=company, pk=batch_id).select_related("product").first()
    if batch is None:
        raise RefusedError("You have no such batch.", field=f"{FIELD}.batch")
    if product and batch.product_id != product.pk:
        raise RefusedError("This batch is of another product.", field=f"{FIELD}.batch")
    return batch


def _region(written: str) -> str:
    region = written.strip().upper()
    if region and (not REGION.fullmatch(region) or country_of(region) in UNPLACED):
        message = "A region is a country such as DE, or a part of one such as DE-BY (ISO 3166)."
        raise RefusedError(message, field=f"{FIELD}.region")
    return region
