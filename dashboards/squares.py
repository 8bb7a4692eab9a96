"""The QR code of a thing, drawn as somebody wants it."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.http import require_safe

from api.problems import problem
from dashboards.misses import counts_misses
from parties.errors import RefusedError
from picos import qr
from picos.access import find_pico
from picos.models import Pico

_KEEP = {"Cache-Control": "public, max-age=86400"}


@require_safe
@counts_misses
def qr_code(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """The QR code, as SVG or PNG: `?size=` in pixels, `?level=` L, M, Q or H, `?text=1` for the code beneath it.

    `?style=logo` is a PNG with the maker's initial in the middle, always of level H.
    """
    pico = find_pico(code)
    try:
        drawn = _drawn(pico, kind, request.GET)
    except RefusedError as error:
        return problem(422, str(error), errors={error.field: [str(error)]})
    media = "image/svg+xml" if kind == "svg" else "image/png"
    return HttpResponse(drawn, content_type=media, headers=_KEEP)


def _drawn(pico: Pico, kind: str, asked: QueryDict) -> bytes:
    text = _one_of(asked, "text", ("0", "1")) == "1"
    if _one_of(asked, "style", ("plain", "logo")) == "logo":
        if kind == "svg":
            raise RefusedError("With a logo there is only the PNG.", field="style")
        return qr.styled(pico, size=_size(asked, qr.SMALLEST_STYLED, qr.LARGEST_STYLED), text=text)
    level = _one_of(asked, "level", qr.LEVELS, usual="M")
    size = _size(asked, qr.SMALLEST, qr.LARGEST)
    if kind == "svg":
        return qr.svg(pico, level=level, size=size if "size" in asked else None, text=text)  # type: ignore[arg-type]
    return qr.png(pico, level=level, size=size, text=text)  # type: ignore[arg-type]


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
