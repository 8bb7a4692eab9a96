"""The API's doors to the links of products."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, StringConstraints
from rest_framework.request import Request
from rest_framework.response import Response

from api.authentication import company_of
from api.bodies import Body, Flag, Shown, storable
from api.doors import handles
from api.paging import page
from picos import links
from picos.access import access_batch, access_link, access_product
from picos.models import Link, Product

Address = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), AfterValidator(storable)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100), AfterValidator(storable)]


class NewLink(Body):
    """A link to add. `type` is a name in the GS1 Web Vocabulary; `batch`, if given, keeps it to that batch's copies."""

    type: Short
    href: Address
    title: Short = ""
    language: Short = ""
    media_type: Short = ""
    is_default: Flag = False
    batch: UUID | None = None


class LinkShown(Shown):
    """A link of a product."""

    id: UUID
    product: UUID
    batch: UUID | None
    type: str
    href: str
    title: str
    language: str
    media_type: str
    is_default: bool
    created_at: datetime


@handles("products", "company", gives=LinkShown, lists=True)
def list_links(request: Request, product_id: UUID) -> Response:
    """A product's links and those of its batches, newest first."""
    return page(request, Link.objects.filter(product=_product(request, product_id)), _json)


@handles("products", "company", body=NewLink, gives=LinkShown, status=201)
def add_link(request: Request, body: NewLink, product_id: UUID) -> Response:
    """Add a link. It shows at once on the pages of its copies, and where GS1 Digital Links are resolved."""
    product = _product(request, product_id)
    batch = access_batch(company=company_of(request), batch_id=body.batch) if body.batch else None
    link = links.add_link(product=product, batch=batch, **body.model_dump(exclude={"batch"}))
    return Response(_json(link), status=201)


@handles("products", "company", status=204)
def remove_link(request: Request, product_id: UUID, link_id: UUID) -> Response:
    """Take a link away."""
    links.remove_link(access_link(product=_product(request, product_id), link_id=link_id))
    return Response(status=204)


def _product(request: Request, product_id: UUID) -> Product:
    return access_product(company=company_of(request), product_id=product_id)


def _json(link: Link) -> dict[str, Any]:
    return LinkShown(
        id=link.pk,
        product=link.product_id,
        batch=link.batch_id,
        type=link.type,
        href=link.href,
        title=link.title,
        language=link.language,
        media_type=link.media_type,
        is_default=link.is_default,
        created_at=link.created_at,
    ).model_dump(mode="json")
