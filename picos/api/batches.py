"""The API's doors to batches, and to the serials that codes get later."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints
from rest_framework.request import Request
from rest_framework.response import Response

from api.authentication import company_of
from api.bodies import Body, OneFile, Shown, storable
from api.doors import handles
from api.paging import page
from api.requests import MEGABYTE, file_of
from picos import linking, minting
from picos.access import access_batch, access_product
from picos.models import Batch
from picos.serial_files import MOST_BYTES, read_links, read_serials

# Room for the 5,000 lines that linking takes.
LARGEST_LINKS = 4 * MEGABYTE

Serial = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50), AfterValidator(storable)]
# The maker's own number of the lot, as GS1 codes name it.
Lot = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100), AfterValidator(storable)]


class NewBatch(Body):
    """A minting to order. `serials` are one per copy; `pattern`, such as LM-{year}-{n:06}, numbers them instead."""

    product: UUID
    count: int = Field(ge=1, le=minting.MOST, strict=True)
    serials: list[Serial] = Field(default=[], max_length=minting.MOST)
    pattern: Annotated[str, StringConstraints(max_length=50), AfterValidator(storable)] = ""
    first_number: int | None = Field(default=None, ge=1, le=10**15, strict=True)
    lot: Lot = ""


class LinksFile(OneFile):
    """A CSV file in UTF-8, as the file `file` of a multipart form."""


class BatchOfFile(OneFile):
    """A minting of the serials in a CSV file: its column `serial`, or its only one."""

    product: UUID
    lot: Lot = ""


class Linked(Shown):
    """How many codes were linked."""

    linked: int


class BatchShown(Shown):
    """A minting and how far it is; `per_second` and `seconds_left` while that can be told."""

    id: UUID
    product: UUID
    state: str
    minted: int
    count: int
    pattern: str
    first_number: int | None
    lot: str
    per_second: int | None
    seconds_left: int | None
    created_at: datetime
    finished_at: datetime | None


@handles("products", "company", body=NewBatch, gives=BatchShown, status=202, largest=32 * MEGABYTE)
def order_batch(request: Request, body: NewBatch) -> Response:
    """Mint picos in the background; ask for the batch to see how far it is."""
    product = access_product(company=company_of(request), product_id=body.product)
    batch = minting.order_batch(product=product, **body.model_dump(exclude={"product"}))
    return Response(shown_batch(batch).model_dump(mode="json"), status=202)


@handles("products", "company", body=BatchOfFile, gives=BatchShown, status=202, largest_form=MOST_BYTES)
def import_batch(request: Request, body: BatchOfFile) -> Response:
    """Mint as many as a CSV file has serials. 422 tells by line what is wrong with it, and nothing is minted."""
    product = access_product(company=company_of(request), product_id=body.product)
    read = read_serials(file_of(request), most=minting.MOST)
    batch = minting.order_batch(product=product, count=len(read.serials), lot=body.lot, **read._asdict())
    return Response(shown_batch(batch).model_dump(mode="json"), status=202)


@handles("products", "company", gives=BatchShown, lists=True)
def list_batches(request: Request) -> Response:
    """Your batches, newest first."""
    rows = Batch.objects.filter(product__company=company_of(request))
    return page(request, rows, lambda batch: shown_batch(batch).model_dump(mode="json"))


@handles("products", "company", gives=BatchShown)
def show_batch(request: Request, batch_id: UUID) -> Response:
    """One batch."""
    batch = access_batch(company=company_of(request), batch_id=batch_id)
    return Response(shown_batch(batch).model_dump(mode="json"))


@handles("products", "company", gives=BatchShown)
def cancel_batch(request: Request, batch_id: UUID) -> Response:
    """Mint no more of it; what is minted stays. 409 once it is finished."""
    batch = access_batch(company=company_of(request), batch_id=batch_id)
    minting.cancel_batch(batch)
    return Response(shown_batch(batch).model_dump(mode="json"))


@handles("products", "company", body=LinksFile, gives=Linked, largest_form=LARGEST_LINKS)
def link_codes(request: Request, body: LinksFile) -> Response:
    """Give codes that were printed earlier the serials of the things they are on: a CSV file of `code` and `serial`."""
    del body
    links = read_links(file_of(request), most=linking.MOST)
    linked = linking.link_codes(company=company_of(request), links=links)
    return Response(Linked(linked=len(linked)).model_dump())


def shown_batch(batch: Batch) -> BatchShown:
    """A batch as the API shows it."""
    return BatchShown(product=batch.product_id, **{name: getattr(batch, name) for name in _OF_BATCH})


_OF_BATCH = BatchShown.model_fields.keys() - {"product"}
