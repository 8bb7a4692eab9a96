"""QR codes (ISO/IEC 18004) of a pico's URL, as SVG, PNG and in a terminal.

The URL is in upper case, so that the code can use alphanumeric mode: up to 38 characters fit version 2 at level M.
"""

import io
from typing import Any, Final, Literal

import qrcode
from django.conf import settings
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.image.pil import PilImage
from qrcode.image.svg import SvgPathImage

from picos.models import Pico

Level = Literal["L", "M", "Q", "H"]
LEVELS: Final = {"L": ERROR_CORRECT_L, "M": ERROR_CORRECT_M, "Q": ERROR_CORRECT_Q, "H": ERROR_CORRECT_H}
# Modules of white around the code; readers need 4 (ISO/IEC 18004 section 9.1).
QUIET_ZONE = 4
SMALLEST, LARGEST = 64, 2048


def url_of(pico: Pico) -> str:
    """What the code says: the pico's URL in upper case (scheme and host do not mind)."""
    return f"{settings.PUBLIC_URL}{pico.url_path}".upper()


def svg(pico: Pico, *, level: Level = "M", size: int | None = None) -> bytes:
    """The code as SVG; `size` in CSS pixels, or as large as its surroundings when left out."""
    return svg_of(url_of(pico), level=level, size=size)


def svg_of(text: str, *, level: Level = "M", size: int | None = None) -> bytes:
    """The same of any text, a secret link for example."""
    out = io.BytesIO()
    _code_of(text, level).make_image(image_factory=SvgPathImage).save(out)
    drawing = out.getvalue().decode()
    width = drawing.partition('width="')[2].partition('"')[0]
    sized = f'width="{size}" height="{size}"' if size else 'width="100%" height="100%"'
    return drawing.replace(f'width="{width}" height="{width}"', sized, 1).encode()


def png(pico: Pico, *, level: Level = "M", size: int = 512) -> bytes:
    """The code as a 1-bit PNG of at most `size` pixels a side: whole pixels per module, so that edges stay sharp."""
    code = _code(pico, level)
    code.box_size = max(1, size // (code.modules_count + 2 * QUIET_ZONE))
    out = io.BytesIO()
    code.make_image(image_factory=PilImage).save(out, "PNG")
    return out.getvalue()


def terminal(pico: Pico) -> str:
    """The code drawn with half blocks, light on dark, with its quiet zone: a phone can scan it from a screen."""
    out = io.StringIO()
    _code(pico, "M").print_ascii(out=out, invert=True)
    return out.getvalue()


def _code(pico: Pico, level: Level) -> "qrcode.QRCode[Any]":
    return _code_of(url_of(pico), level)


def _code_of(text: str, level: Level) -> "qrcode.QRCode[Any]":
    code = qrcode.QRCode(error_correction=LEVELS[level], border=QUIET_ZONE)
    code.add_data(text)
    code.make(fit=True)
    return code
