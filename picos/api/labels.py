"""The API's doors to a batch's labels."""

from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from api.authentication import company_of
from api.doors import handles
from parties.keys import allows
from picos.access import access_batch
from picos.labels.files import file_of
from picos.labels.order import Order


@handles("products", "company", media="application/pdf", asks=Order)
def labels_pdf(request: Request, asked: Order, batch_id: UUID) -> StreamingHttpResponse:
    """The batch's labels on sheets, at most 10,000 a file. 409 while it is being minted."""
    return _file(request, batch_id, "pdf", asked, pins="pin" in asked.fields)


@handles("products", "company", media="application/zpl", asks=Order)
def labels_zpl(request: Request, asked: Order, batch_id: UUID) -> StreamingHttpResponse:
    """The batch's labels for a label printer, a format each. 409 while it is being minted."""
    return _file(request, batch_id, "zpl", asked, pins="pin" in asked.fields)


@handles("products", "company", media="text/csv", asks=Order)
def labels_csv(request: Request, asked: Order, batch_id: UUID) -> StreamingHttpResponse:
    """The batch as CSV for a print shop: code, as printed, URL, serial, and PIN (for keys that may write products).

    409 while it is being minted.
    """
    return _file(request, batch_id, "csv", asked, pins=True)


@handles("products", "company", media="application/zip", asks=Order)
def labels_zip(request: Request, asked: Order, batch_id: UUID) -> StreamingHttpResponse:
    """The batch's squares as SVGs, at most 100,000 a file. 409 while it is being minted."""
    return _file(request, batch_id, "zip", asked, pins=False)


def _file(request: Request, batch_id: UUID, kind: str, asked: Order, *, pins: bool) -> StreamingHttpResponse:
    batch = access_batch(company=company_of(request), batch_id=batch_id)
    key: Any = request.auth
    if pins and batch.pin_key and not allows(key.scopes, "products", write=True):
        raise PermissionDenied("These have PINs: it takes a key that may write products.")
    return file_of(batch=batch, kind=kind, order=asked)
