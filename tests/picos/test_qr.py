"""QR codes: what a reader reads in them is the pico's URL."""

import io
import xml.etree.ElementTree as ET
from typing import Any

import pytest
import zxingcpp
from PIL import Image, ImageOps
from pytest_django import Settings

from parties.models import Company
from picos import qr
from picos.models import Pico, Product
from picos.squares import QUIET_ZONE, Level, square_of


def a_pico(company: str = "LAMO Footwear") -> Pico:
    return Pico(code="K7QM3XNB0FJ2H", product=Product(name="Moccasin", company=Company(name=company)))


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
    module = dark[0] // QUIET_ZONE
    assert image.width == (25 + 8) * module
    assert dark == (4 * module, 4 * module, 29 * module, 29 * module)


def test_a_url_of_our_length_is_version_2_in_alphanumeric_mode() -> None:
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(qr.png(a_pico()))).convert("L"))
    assert found.text == URL
    assert (found.ec_level, found.content_type) == ("M", zxingcpp.ContentType.Text)
    assert square_of(qr.url_of(a_pico())).version == 2


@pytest.mark.parametrize("size", [64, 512, 2048])
def test_a_png_has_one_bit_per_pixel(size: int) -> None:
    for text in (False, True):
        file = qr.png(a_pico(), size=size, text=text)
        # PNG's first chunk (IHDR): width, height, bit depth, colour type 0, which is greyscale.
        assert file[12:16] == b"IHDR"
        assert tuple(file[24:26]) == (1, 0)


@pytest.mark.parametrize("size", [128, 200, 512, 1024])
@pytest.mark.parametrize("company", ["LAMO Footwear", "靴", "", "Ünder", "<b>", "Werkstatt"])
@pytest.mark.parametrize("text", [False, True])
def test_a_styled_png_is_read_back_behind_its_mark(company: str, size: int, text: bool) -> None:
    image = Image.open(io.BytesIO(qr.styled(a_pico(company), size=size, text=text)))
    (found,) = zxingcpp.read_barcodes(image)
    assert (found.text, found.ec_level) == (URL, "H")
    assert image.width <= size
    assert image.getpixel((image.width // 2, image.width // 2 - image.width // 14)) != 255


def test_the_mark_bears_the_maker_s_initial() -> None:
    drawn = {company: qr.styled(a_pico(company)) for company in ("LAMO", "lamp", "Marx", "靴")}
    assert drawn["LAMO"] == drawn["lamp"]
    assert len(set(drawn.values())) == 3


def test_text_stands_beneath_the_square_and_leaves_it_as_it_is() -> None:
    plain, named = (Image.open(io.BytesIO(qr.png(a_pico(), size=330, text=text))) for text in (False, True))
    assert (plain.size, named.size) == ((330, 330), (330, 363))
    assert named.crop((0, 0, 330, 330 - 4 * 10)).tobytes() == plain.crop((0, 0, 330, 330 - 4 * 10)).tobytes()
    beneath = ImageOps.invert(named.crop((0, 330, 330, 363)).convert("L")).getbbox()
    assert beneath
    assert beneath[2] - beneath[0] > 200
    svg: Any = ET.fromstring(qr.svg(a_pico(), text=True).decode())
    assert [text.text for text in svg if text.tag.endswith("text")] == ["K7QM-3XNB-0FJ2-H"]
    assert svg.get("viewBox") == "0 0 33 36.3"


@pytest.mark.parametrize(
    ("host", "level", "measures"),
    [
        ("http://pico.test", "M", qr.Measures(2, 25, 16.5, 12.5)),
        ("https://things.example", "M", qr.Measures(2, 25, 16.5, 12.5)),
        # 39 characters are one too many for version 2 at level M.
        ("https://things.example.", "M", qr.Measures(3, 29, 18.5, 14.5)),
        ("http://pico.test", "H", qr.Measures(3, 29, 18.5, 14.5)),
    ],
)
def test_how_large_a_code_is_in_print(host: str, level: Level, measures: qr.Measures, settings: Settings) -> None:
    settings.PUBLIC_URL = host
    assert qr.measures(level=level) == measures


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


@pytest.mark.parametrize(("maker", "like"), [("ßeta", "Seta"), ("µTorrent", "中"), ("acme", "Acme")])
def test_the_initial_is_one_capital_that_the_font_has_or_none(maker: str, like: str) -> None:
    drawn, expected = (qr.styled(a_pico(name)) for name in (maker, like))
    assert drawn == expected
