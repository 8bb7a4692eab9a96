"""The QR code of a thing, drawn as somebody wants it."""

from hashlib import sha256

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from api.problems import problem
from dashboards.misses import counts_misses
from parties.errors import RefusedError
from picos import qr
from picos.access import find_pico
from picos.logos import logo_of
from picos.models import Pico

_KEEP = {"Cache-Control": "public, max-age=86400"}
# A logo that was just replaced should stand in the next code that somebody prints, so whoever keeps one asks first if
# it is still the same, which takes no drawing.
_ASK_FIRST = {"Cache-Control": "public, no-cache"}
# Another number for another drawing.
_DRAWING = 1


@require_safe
@counts_misses
def qr_code(request: HttpRequest, code: str, kind: str) -> HttpResponseBase:
    """The QR code, as SVG or PNG: `?size=` in pixels, `?level=` L, M, Q or H, `?text=1` for the code beneath it.

    `?style=logo` is a PNG with the company's logo in the middle, or the maker's initial, always of level H.
    """
    pico = find_pico(code)
    try:
        text = _one_of(request.GET, "text", ("0", "1")) == "1"
        level = _one_of(request.GET, "level", qr.LEVELS, usual="M")
        if _one_of(request.GET, "style", ("plain", "logo")) == "logo":
            return _with_logo(request, pico, kind, text=text)
        drawn = _plain(pico, kind, request.GET, level=level, text=text)
    except RefusedError as error:
        return problem(422, str(error), errors={error.field: [str(error)]})
    media = "image/svg+xml" if kind == "svg" else "image/png"
    return HttpResponse(drawn, content_type=media, headers=_KEEP)


def _plain(pico: Pico, kind: str, asked: QueryDict, *, level: str, text: bool) -> bytes:
    size = _size(asked, qr.SMALLEST, qr.LARGEST)
    if kind == "svg":
        return qr.svg(pico, level=level, size=size if "size" in asked else None, text=text)  # type: ignore[arg-type]
    return qr.png(pico, level=level, size=size, text=text)  # type: ignore[arg-type]


def _with_logo(request: HttpRequest, pico: Pico, kind: str, *, text: bool) -> HttpResponseBase:
    if kind == "svg":
        raise RefusedError("With a logo there is only the PNG.", field="style")
    size = _size(request.GET, qr.SMALLEST_STYLED, qr.LARGEST_STYLED)
    logo = logo_of(pico)
    shown = bytes(logo.digest).hex() if logo else pico.maker
    # All that the drawing depends on.
    tag = quote_etag(sha256(repr((_DRAWING, qr.url_of(pico), shown, size, text)).encode()).hexdigest())
    answer = get_conditional_response(request, etag=tag)
    if answer is None:
        drawn = qr.styled(pico, logo=bytes(logo.png) if logo else b"", size=size, text=text)
        answer = HttpResponse(drawn, content_type="image/png")
    for name, value in (_ASK_FIRST | {"ETag": tag}).items():
        answer[name] = value
    return answer


def _one_of(asked: QueryDict, name: str, known: tuple[str, ...], *, usual: str = "") -> str:
    given = asked.get(name, usual or known[0])
    for one in known:
        if given.casefold() == one.casefold():
            return one
    raise RefusedError(f"A {name} is one of {', '.join(known)}.", field=name)


def _size(asked: QueryDict, smallest: int, largest: int) -> int:
    given = asked.get("size", "512")
    if not (given.isascii() and given.isdigit() and len(given) <= 4) or not smallest <= int(given) <= largest:  # noqa: PLR2004
        raise RefusedError(f"A size is {smallest} to {largest}.", field="size")
    return int(given)
