"""The API's doors to products."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints
from rest_framework.request import Request
from rest_framework.response import Response

from api.authentication import company_of
from api.bodies import Body, Line, MaybeText, Shown, storable
from api.doors import handles
from api.paging import page
from picos import copies, products
from picos.access import access_product
from picos.copies import DEFAULT
from picos.models import Product

Sku = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50), AfterValidator(storable)]


class NewProduct(Body):
    """A product to add."""

    name: Line
    sku: Sku
    gtin: Annotated[str, StringConstraints(max_length=20)] = ""
    description: MaybeText = ""
    claim_policy: Literal["open", "pin"] = "open"


class ProductShown(Shown):
    """A product."""

    id: UUID
    name: str
    sku: str
    gtin: str
    description: str
    claim_policy: str
    created_at: datetime


class Limits(Body):
    """From where on a copy of this product looks copied; null switches a sign off, what is left out is the default."""

    visitors_per_hour: int | None = Field(default=DEFAULT.visitors_per_hour, ge=2, le=1_000_000, strict=True)
    kilometres_per_hour: int | None = Field(default=DEFAULT.kilometres_per_hour, ge=100, le=100_000, strict=True)
    jumps: int = Field(default=DEFAULT.jumps, ge=1, le=1000, strict=True)


class LimitsShown(Shown):
    """From where on a copy of this product looks copied."""

    visitors_per_hour: int | None
    kilometres_per_hour: int | None
    jumps: int


@handles("products", "company", body=NewProduct, gives=ProductShown, status=201)
def add_product(request: Request, body: NewProduct) -> Response:
    """Add a product. 422 for a GTIN that is none, or a SKU or GTIN that you use already."""
    product = products.add_product(company=company_of(request), **body.model_dump())
    return Response(shown_product(product).model_dump(mode="json"), status=201)


@handles("products", "company", gives=ProductShown, lists=True)
def list_products(request: Request) -> Response:
    """Your products, newest first."""
    rows = Product.objects.filter(company=company_of(request))
    return page(request, rows, lambda product: shown_product(product).model_dump(mode="json"))


@handles("products", "company", gives=ProductShown)
def show_product(request: Request, product_id: UUID) -> Response:
    """One product."""
    product = access_product(company=company_of(request), product_id=product_id)
    return Response(shown_product(product).model_dump(mode="json"))


@handles("products", "company", gives=LimitsShown)
def show_limits(request: Request, product_id: UUID) -> Response:
    """From where on a copy of this product looks copied."""
    product = access_product(company=company_of(request), product_id=product_id)
    limits = copies.thresholds_of([product]).get(product.pk, DEFAULT)
    return Response(LimitsShown.model_validate(limits, from_attributes=True).model_dump(mode="json"))


@handles("products", "company", body=Limits, gives=LimitsShown)
def set_limits(request: Request, body: Limits, product_id: UUID) -> Response:
    """Say from where on a copy of this product looks copied: a museum's piece has more visitors than a boot."""
    product = access_product(company=company_of(request), product_id=product_id)
    copies.set_thresholds(product=product, limits=copies.Thresholds(**body.model_dump()))
    return Response(LimitsShown(**body.model_dump()).model_dump(mode="json"))


def shown_product(product: Product) -> ProductShown:
    """A product as the API shows it."""
    return ProductShown.model_validate(product, from_attributes=True)
