"""A company's logo, which `style=logo` draws in its codes: setting it, taking it away."""

import hashlib
import io
from typing import IO, Final

import zxingcpp
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.utils import timezone
from PIL import Image

from parties.errors import RefusedError
from parties.models import Company
from picos import qr
from picos.codes import LENGTH
from picos.models import Logo, Pico
from picos.pictures import encoded, take_picture, upright

# Longest side in pixels of what we keep. In the largest code a logo is drawn in about 300.
KEPT_SIDE: Final = 512
_FIELD, _KEPT = "file", "Your logo is as it was"
# Enough of a file to see that it is a drawing.
_HEAD = 2048
# What may stand before its first tag: a byte order mark, white space.
_BEFORE_MARKUP = b"\xef\xbb\xbf \t\r\n"


def set_logo(*, company: Company, file: "UploadedFile[bytes]") -> Logo:
    """Sets or replaces it. The picture is decoded and encoded anew, and what is transparent around it cut off.

    Raises RefusedError for what is no such picture, has nothing to see, or that a reader confuses with the code.
    """
    _refuse_drawing(file)
    png = take_picture(file, _png, field=_FIELD, noun="picture", kept=_KEPT)
    _check_read_back(png)
    with Image.open(io.BytesIO(png)) as image:
        width, height = image.size
    kept = {"png": png, "digest": hashlib.sha256(png).digest(), "width": width, "height": height}
    logo = Logo(company=company, set_at=timezone.now(), **kept)
    # One statement, so that two at a time do not meet.
    Logo.objects.bulk_create([logo], update_conflicts=True, unique_fields=["company"], update_fields=["set_at", *kept])
    return logo


def remove_logo(*, company: Company) -> bool:
    """Takes it away, so that codes have the initial again; False when there is none."""
    gone, _ = Logo.objects.filter(company=company).delete()
    return gone > 0


def access_logo(*, company: Company) -> Logo:
    """The company's logo. Raises Http404."""
    logo = Logo.objects.filter(company=company).first()
    if logo is None:
        raise Http404
    return logo


def logo_of(pico: Pico) -> Logo | None:
    """The logo in this pico's code: its company's, if it has one."""
    return Logo.objects.filter(company=pico.product.company_id).first() if pico.product else None


def logo_response(logo: Logo) -> HttpResponse:
    """The picture itself; whoever keeps it asks again before it is shown."""
    headers = {"Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(bytes(logo.png), content_type="image/png", headers=headers)


def _refuse_drawing(file: "UploadedFile[bytes]") -> None:
    head = file.read(_HEAD).lower()
    is_svg = b"<svg" in head and head.lstrip(_BEFORE_MARKUP).startswith(b"<")
    if is_svg or (file.name or "").lower().endswith((".svg", ".svgz")):
        message = f"We take no SVG, as it can hold programs. {_KEPT}; save it as a PNG and choose that."
        raise RefusedError(message, field=_FIELD)


def _png(file: "IO[bytes] | UploadedFile[bytes]") -> bytes:
    with upright(file, side=KEPT_SIDE) as image:
        logo = image.convert("RGBA")
    seen = logo.getbbox()
    if seen is None:
        message = f"There is nothing to see in this picture: all of it is transparent. {_KEPT}; choose another picture."
        raise RefusedError(message, field=_FIELD)
    return encoded(logo.crop(seen), "PNG", optimize=True)


def _check_read_back(png: bytes) -> None:
    """Its size never keeps a code from being read (picos/marks.py); what it shows may, if it is a code itself."""
    sample = Pico(code="Z" * LENGTH)
    for size in (qr.SMALLEST_STYLED, qr.LARGEST_STYLED):
        with Image.open(io.BytesIO(qr.styled(sample, logo=png, size=size))) as drawn:
            found = [one.text for one in zxingcpp.read_barcodes(drawn)]
        if found != [qr.url_of(sample)]:
            message = (
                f"With this picture in it, a code cannot be read for sure. {_KEPT}; choose one that has no code in it."
            )
            raise RefusedError(message, field=_FIELD)
