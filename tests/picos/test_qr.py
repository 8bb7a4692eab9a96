"""QR codes: what a reader reads in them is the pico's URL."""

import io
import xml.etree.ElementTree as ET
from typing import Any

import pytest
import zxingcpp
from PIL import Image, ImageOps

from picos import qr
from picos.models import Pico
from picos.qr import Level


def a_pico() -> Pico:
    return Pico(code="K7QM3XNB0FJ2H")


URL = "HTTP://PICO.TEST/P/K7QM3XNB0FJ2H"


def read(image: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(image)]


@pytest.mark.parametrize("size", [64, 200, 512, 2048])
@pytest.mark.parametrize("level", ["L", "M", "Q", "H"])
def test_a_png_is_read_back_as_the_url(level: Level, size: int) -> None:
    image = Image.open(io.BytesIO(qr.png(a_pico(), level=level, size=size)))
    assert read(image.convert("L")) == [URL]
    assert image.mode == "1"
    assert image.width == image.height <= size


def test_a_png_has_whole_pixels_per_module_and_a_quiet_zone_of_four() -> None:
    image = Image.open(io.BytesIO(qr.png(a_pico(), size=512)))
    dark = ImageOps.invert(image.convert("L")).getbbox()
    assert dark
    module = dark[0] // qr.QUIET_ZONE
    assert image.width == (25 + 8) * module
    assert dark == (4 * module, 4 * module, 29 * module, 29 * module)


def test_a_url_of_our_length_is_version_2_in_alphanumeric_mode() -> None:
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(qr.png(a_pico()))).convert("L"))
    assert found.text == URL
    assert (found.ec_level, found.content_type) == ("M", zxingcpp.ContentType.Text)
    assert qr._code(a_pico(), "M").version == 2


@pytest.mark.parametrize(("size", "width"), [(None, "100%"), (300, "300")])
def test_an_svg_has_the_size_asked_for_and_its_modules(size: int | None, width: str) -> None:
    drawing: Any = ET.fromstring(qr.svg(a_pico(), size=size).decode())
    assert (drawing.get("width"), drawing.get("height")) == (width, width)
    assert drawing.get("viewBox")
    assert len(list(drawing)) >= 1


def test_the_terminal_s_drawing_is_read_back_as_the_url() -> None:
    lines = qr.terminal(a_pico()).replace("\xa0", " ").splitlines()
    width = max(len(line) for line in lines)
    image = Image.new("L", (width, 2 * len(lines)), "black")
    for row, line in enumerate(lines):
        for column, drawn in enumerate(line):
            if drawn in "█▀":
                image.putpixel((column, 2 * row), 255)
            if drawn in "█▄":
                image.putpixel((column, 2 * row + 1), 255)
    assert read(ImageOps.expand(image.resize((width * 8, len(lines) * 16), Image.Resampling.NEAREST), 20, 255)) == [URL]
