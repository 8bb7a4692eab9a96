"""The API's doors to a company's own logo."""

from datetime import datetime

from django.http import Http404, HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from api.authentication import company_of
from api.bodies import OneFile, Shown
from api.doors import handles
from api.requests import MEGABYTE, file_of
from picos import logos
from picos.pictures import MOST_BYTES


class LogoFile(OneFile):
    """A JPEG, PNG, WebP or GIF of at most 10 MB and 40 megapixels, as the file `file` of a multipart form."""


class LogoShown(Shown):
    """The logo as it is kept: a PNG of `width` × `height` pixels and `size` bytes."""

    width: int
    height: int
    size: int
    set_at: datetime


@handles("products", "company", media="image/png")
def show_logo(request: Request) -> HttpResponse:
    """Your logo, as PNG. 404 while you have none."""
    return logos.logo_response(logos.access_logo(company=company_of(request)))


@handles("products", "company", body=LogoFile, gives=LogoShown, largest_form=MOST_BYTES + MEGABYTE)
def set_logo(request: Request, body: LogoFile) -> Response:
    """Set or replace your logo, which `qr.png?style=logo` draws in your codes. 422 for no such picture."""
    del body
    logo = logos.set_logo(company=company_of(request), file=file_of(request))
    shown = LogoShown(width=logo.width, height=logo.height, size=len(logo.png), set_at=logo.set_at)
    return Response(shown.model_dump(mode="json"))


@handles("products", "company", status=204)
def remove_logo(request: Request) -> Response:
    """Take your logo away: your codes have your initial again. 404 while you have none."""
    if not logos.remove_logo(company=company_of(request)):
        raise Http404
    return Response(status=204)
