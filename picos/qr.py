"""The QR code (ISO/IEC 18004) of one pico's URL: as SVG, as 1-bit PNG, as a styled PNG, and in a terminal.

The URL is in upper case, so that the code can use alphanumeric mode: up to 38 characters fit version 2 at level M.
"""

import io
from dataclasses import dataclass
from typing import Any, Final

import qrcode
from django.conf import settings
from PIL import Image, ImageDraw, ImageFont, ImageOps
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_M
from qrcode.image.styledpil import StyledPilImage
from qrcode.image.styles.moduledrawers.pil import RoundedModuleDrawer

from picos import marks
from picos.codes import LENGTH, spaced
from picos.labels.letters import printable
from picos.models import Pico
from picos.squares import QUIET_ZONE, Level, Pen, Square, square_of

LEVELS: Final = ("L", "M", "Q", "H")
SMALLEST, LARGEST = 64, 2048
# With fewer pixels the mark hides too much; more take a tenth of a second.
SMALLEST_STYLED, LARGEST_STYLED = 128, 1024
# A module that any printer prints and any phone reads.
MODULE_MM = 0.5
# Of the line of text beneath a square, in shares of its width: its type, and the room it takes.
TEXT_SIZE, TEXT_ROOM = 0.08, 0.1

PEN = Pen(lambda x, y, width: f"M{x} {y}h{width}v1h-{width}z")


@dataclass(frozen=True, slots=True)
class Measures:
    """How large a code is in print; `mm` with its quiet zone, `mm_of_modules` without."""

    version: int
    modules: int
    mm: float
    mm_of_modules: float


def url_of(pico: Pico) -> str:
    """What the code says: the pico's URL in upper case (scheme and host do not mind)."""
    return url_of_code(pico.code)


def url_of_code(code: str) -> str:
    """The same, of a code alone."""
    return f"{settings.PUBLIC_URL}/P/{code}".upper()


def measures(*, level: Level = "M", module_mm: float = MODULE_MM) -> Measures:
    """Of this server's codes, which are all as long as each other. One of many figures may be smaller."""
    square = square_of(url_of_code("Z" * LENGTH), level)
    return Measures(square.version, square.size, square.side * module_mm, square.size * module_mm)


def svg(pico: Pico, *, level: Level = "M", size: int | None = None, text: bool = False) -> bytes:
    """The code as SVG; `size` in CSS pixels, or as large as its surroundings when left out."""
    square = square_of(url_of(pico), level)
    return square_svg(square, code=pico.code if text else "", width=str(size or "100%")).encode()


def svg_of(text: str, *, level: Level = "M", size: int | None = None) -> bytes:
    """The same of any text, a secret link for example."""
    return square_svg(square_of(text, level), width=str(size or "100%")).encode()


def square_svg(square: Square, *, code: str = "", width: str) -> str:
    """A square with its quiet zone, `width` wide as SVG has it; and, if given, the code as text beneath it."""
    side = square.side
    high = side * (1 + TEXT_ROOM) if code else side
    height = "" if code else f' height="{width}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}"{height} viewBox="0 0 {side} {high:g}">'
        f'<path fill="#fff" d="M0 0h{side}v{high:g}h-{side}z"/>'
        f'<path transform="translate({QUIET_ZONE} {QUIET_ZONE})" d="{PEN.draw(square)}"/>'
        f"{_text_svg(code, side) if code else ''}</svg>"
    )


def png(pico: Pico, *, level: Level = "M", size: int = 512, text: bool = False) -> bytes:
    """The code as a 1-bit PNG of at most `size` pixels width: whole pixels per module, so that edges stay sharp."""
    square = square_of(url_of(pico), level)
    image = Image.frombytes("L", (square.size, square.size), square.modules)
    side = square.side * max(1, size // square.side)
    image = ImageOps.expand(image, QUIET_ZONE, 255).resize((side, side), Image.Resampling.NEAREST)
    image = image.convert("1", dither=Image.Dither.NONE)
    return _as_png(_with_text(image, pico.code) if text else image)


def styled(pico: Pico, *, logo: bytes = b"", size: int = 512, text: bool = False) -> bytes:
    """The code at level H with rounded modules, and in its middle a logo (PNG), or a round mark with the initial."""
    code = _code(pico, ERROR_CORRECT_H)
    # A module of one pixel has no corners to round, and would be drawn wrongly.
    code.box_size = max(2, size // (code.modules_count + 2 * QUIET_ZONE))
    image = _with_logo(code, marks.opened(logo)) if logo else _with_initial(code, pico.maker)
    return _as_png(_with_text(image, pico.code) if text else image)


def terminal(pico: Pico) -> str:
    """The code drawn with half blocks, light on dark, with its quiet zone: a phone can scan it from a screen."""
    out = io.StringIO()
    _code(pico, ERROR_CORRECT_M).print_ascii(out=out, invert=True)
    return out.getvalue()


def _code(pico: Pico, level: int) -> "qrcode.QRCode[Any]":
    code = qrcode.QRCode(error_correction=level, border=QUIET_ZONE)
    code.add_data(url_of(pico))
    code.make(fit=True)
    return code


def _with_logo(code: "qrcode.QRCode[Any]", logo: Image.Image) -> Image.Image:
    pad = marks.pad_for(logo, code.modules_count)
    marks.clear(code, pad)
    return _pasted(_rounded(code).convert("RGB"), marks.drawn_logo(logo, pad, code.box_size))


def _with_initial(code: "qrcode.QRCode[Any]", maker: str) -> Image.Image:
    image = _rounded(code)
    return _pasted(image, marks.drawn_initial(printable(maker.upper()), round(image.width * marks.INITIAL)))


def _rounded(code: "qrcode.QRCode[Any]") -> Image.Image:
    drawn = code.make_image(image_factory=StyledPilImage, module_drawer=RoundedModuleDrawer())
    image: Image.Image = drawn.get_image()
    return image.convert("L")


def _pasted(image: Image.Image, mark: Image.Image) -> Image.Image:
    image.paste(mark, ((image.width - mark.width) // 2, (image.height - mark.height) // 2))
    return image


def _with_text(image: Image.Image, code: str) -> Image.Image:
    side = image.width
    taller = Image.new(image.mode, (side, round(side * (1 + TEXT_ROOM))), "white")
    taller.paste(image)
    font = ImageFont.load_default(side * TEXT_SIZE)
    ImageDraw.Draw(taller).text(
        (side / 2, side * (1 + TEXT_ROOM / 4)), spaced(code), fill="black", anchor="mm", font=font
    )
    return taller


def _text_svg(code: str, side: int) -> str:
    size = side * TEXT_SIZE
    return (
        f'<text x="{side / 2:g}" y="{side + size / 2:g}" font-family="Courier, monospace" font-weight="bold" '
        f'font-size="{size:g}" text-anchor="middle">{spaced(code)}</text>'
    )


def _as_png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
