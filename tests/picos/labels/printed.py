"""Reads what was printed: sheets as a scanner sees them, and the texts that stand on them."""

from typing import Any

import pypdfium2
import zxingcpp

from picos.models import Pico


def pages(pdf: bytes) -> list[Any]:
    document: Any = pypdfium2.PdfDocument(pdf)
    return [document[number] for number in range(len(document))]


def scanned(page: Any, *, dpi: int = 200) -> dict[str, tuple[float, float]]:
    """Each code on a page, and where its middle lies, in mm from the upper left corner."""
    image = page.render(scale=dpi / 72).to_pil().convert("L")
    found = {}
    for code in zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormats([zxingcpp.QRCode])):
        place = code.position
        corners = (place.top_left, place.top_right, place.bottom_left, place.bottom_right)
        middle = [sum(getattr(corner, way) for corner in corners) / 4 * 25.4 / dpi for way in ("x", "y")]
        assert code.text not in found
        found[code.text] = (middle[0], middle[1])
    return found


def text_of(page: Any) -> str:
    said: str = page.get_textpage().get_text_range()
    return said


def url_of(pico: Pico) -> str:
    return f"HTTP://PICO.TEST/P/{pico.code}"
