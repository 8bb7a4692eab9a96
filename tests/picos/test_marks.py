"""Logos in codes: whatever their shape and colour, what a reader reads is the pico's URL."""

import io
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import zxingcpp
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw
from qrcode.base import rs_blocks
from qrcode.constants import ERROR_CORRECT_H
from qrcode.util import pattern_position

from picos import marks, qr
from picos.models import Pico
from tests.pictures import encoded

INK = (0x1D, 0x1B, 0x18)
SIZES = (128, 200, 512, 1024)
BLACK = (0, 0, 0, 255)
# As its company has it, from the shortest to the longest that a host's name can be (RFC 1035 section 2.3.4).
HOSTS = ("q.co", "pico.test", "things.example", "a" * 40 + ".example", "a" * 120 + ".example", "a" * 245 + ".example")
# The versions that the hosts of up to 200 letters lead to.
VERSIONS = range(2, 13)


def a_logo(size: tuple[int, int] = (300, 300), colour: Any = BLACK) -> Image.Image:
    return Image.new("RGBA", size, colour)


def a_bull_s_eye(colour: str = "black") -> Image.Image:
    """What looks most like the patterns that a reader finds a code by, in the proportions of those."""
    image = a_logo((210, 210), "white")
    draw = ImageDraw.Draw(image)
    for inset, shade in ((0, colour), (30, "white"), (60, colour)):
        draw.ellipse((inset, inset, 209 - inset, 209 - inset), fill=shade)
    return image


def a_finder() -> Image.Image:
    image = a_logo((210, 210))
    ImageDraw.Draw(image).rectangle((30, 30, 179, 179), fill="white")
    ImageDraw.Draw(image).rectangle((60, 60, 149, 149), fill="black")
    return image


def a_ring(colour: str) -> Image.Image:
    """Transparent inside and around."""
    image = a_logo(colour=(0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((0, 0, 299, 299), outline=colour, width=60)
    return image


def noise() -> Image.Image:
    return Image.effect_noise((300, 200), 200).convert("RGBA")


LOGOS = {
    "square": a_logo(colour="#c8102e"),
    "black": a_logo(),
    "white": a_logo(colour="white"),
    "wide": a_logo((512, 128), "#123a7a"),
    "a line": a_logo((512, 1)),
    "tall": a_logo((128, 512), "#123a7a"),
    "a post": a_logo((1, 512)),
    "a pixel": a_logo((1, 1)),
    "transparent": a_ring("#c8102e"),
    "dark and transparent": a_ring("black"),
    "pale and transparent": a_ring("white"),
    "a bull's eye": a_bull_s_eye(),
    "a finder": a_finder(),
    "noise": noise(),
}


def drawn(logo: Image.Image, *, size: int = 512, text: bool = False) -> Image.Image:
    file = qr.styled(Pico(code="K7QM3XNB0FJ2H"), logo=encoded(logo, "PNG"), size=size, text=text)
    return Image.open(io.BytesIO(file))


def read(image: Image.Image) -> list[tuple[str, str]]:
    return [(found.text, found.ec_level) for found in zxingcpp.read_barcodes(image)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("logo", LOGOS.values(), ids=LOGOS)
def test_a_code_is_read_back_behind_any_logo(logo: Image.Image, size: int) -> None:
    for text in (False, True):
        image = drawn(logo, size=size, text=text)
        assert read(image) == [("HTTP://PICO.TEST/P/K7QM3XNB0FJ2H", "H")]
        assert image.width <= size


@pytest.mark.parametrize("host", HOSTS, ids=len)
def test_a_code_is_read_back_however_long_the_host_s_name_is(host: str) -> None:
    with override_settings(PUBLIC_URL=f"https://{host}"):
        for size in SIZES:
            for name in ("noise", "wide", "tall", "a finder"):
                assert read(drawn(LOGOS[name], size=size)) == [(f"HTTPS://{host.upper()}/P/K7QM3XNB0FJ2H", "H")]
            initial = qr.styled(Pico(code="K7QM3XNB0FJ2H", company_name="LAMO"), size=size)
            assert len(read(Image.open(io.BytesIO(initial)))) == 1


colours = st.tuples(*[st.integers(0, 255)] * 4)
sides = st.integers(1, 512)


@given(
    size=st.tuples(sides, sides),
    colour=colours,
    spot=colours,
    host=st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=60),
    wanted=st.integers(128, 1024),
)
def test_a_code_is_read_back_behind_a_logo_of_any_size_and_colour(
    size: tuple[int, int], colour: Any, spot: Any, host: str, wanted: int
) -> None:
    logo = a_logo(size, colour)
    ImageDraw.Draw(logo).ellipse((0, 0, size[0] // 2, size[1] // 2), fill=spot)
    with override_settings(PUBLIC_URL=f"http://{host}"):
        assert read(drawn(logo, size=wanted)) == [(f"HTTP://{host}/P/K7QM3XNB0FJ2H".upper(), "H")]


def data_modules(version: int) -> Iterator[tuple[int, int]]:
    """Column and row of each, in the order of ISO/IEC 18004 section 7.7.3: eight are a codeword."""
    size = 17 + 4 * version
    places = pattern_position(version)
    aligned = {(x, y) for x in places for y in places} - {(6, 6), (6, size - 7), (size - 7, 6)}

    def is_function(x: int, y: int) -> bool:
        finder = (x < 9 and y < 9) or (x < 9 and y >= size - 8) or (x >= size - 8 and y < 9)
        alignment = any(abs(x - ax) <= 2 and abs(y - ay) <= 2 for ax, ay in aligned)
        of_version = version >= 7 and ((x < 6 and y >= size - 11) or (y < 6 and x >= size - 11))
        return finder or alignment or of_version or 6 in {x, y}

    columns = [x for x in range(size - 1, 0, -2) if x > 6] + [5, 3, 1]
    for turn, right in enumerate(columns):
        rows = range(size) if turn % 2 else range(size - 1, -1, -1)
        yield from ((x, y) for y in rows for x in (right, right - 1) if not is_function(x, y))


def blocks(version: int) -> list[int]:
    """Of each codeword, in that order, its block (section 7.6)."""
    all_ = rs_blocks(version, ERROR_CORRECT_H)
    data = [(place, number) for number, one in enumerate(all_) for place in range(one.data_count)]
    mending = [(place, number) for number, one in enumerate(all_) for place in range(one.total_count - one.data_count)]
    return [number for _, number in sorted(data)] + [number for _, number in sorted(mending)]


def test_the_count_of_a_code_s_modules_is_the_standard_s() -> None:
    """Table 1 of ISO/IEC 18004: codewords, and bits that remain."""
    for version, codewords, remain in ((2, 44, 7), (3, 70, 7), (6, 172, 7), (7, 196, 0), (12, 466, 0)):
        assert len(list(data_modules(version))) == 8 * codewords + remain
        assert len(blocks(version)) == codewords


@pytest.mark.parametrize("version", VERSIONS)
def test_even_if_all_that_a_logo_touches_were_wrong_a_quarter_of_what_can_be_mended_is_left(version: int) -> None:
    size, found = 17 + 4 * version, rs_blocks(version, ERROR_CORRECT_H)
    codewords = {module: place // 8 for place, module in enumerate(data_modules(version))}
    of = blocks(version)
    shapes = [(1000, side) for side in range(1, 1001, 37)] + [(side, 1000) for side in range(1, 1001, 37)]
    for width, height in {marks.pad_for(a_logo(shape), size) for shape in shapes}:
        left, top = (size - width) // 2, (size - height) // 2
        beneath = {(x, y) for x in range(left, left + width) for y in range(top, top + height)}
        touched = {codewords[module] for module in beneath & codewords.keys()}
        wrong = Counter(of[one] for one in touched if one < len(of))
        for number, block in enumerate(found):
            assert wrong[number] <= 0.75 * ((block.total_count - block.data_count) // 2), (width, height)
        # What a reader finds the code by, and the timing patterns, are far.
        assert left > 7, (width, height)
        assert top > 7, (width, height)


@pytest.mark.parametrize(("width", "height"), [(300, 300), (512, 128), (128, 512), (300, 200), (200, 300), (512, 64)])
def test_a_logo_keeps_its_proportions_in_the_middle(width: int, height: int) -> None:
    image = drawn(a_logo((width, height), "#ff0000"), size=1024)
    # Red, and its edges that melt into the white.
    red, green, _ = image.split()
    box = ImageChops.subtract(red, green).point(lambda much: 255 * (much > 128)).getbbox()
    assert box
    left, top, right, bottom = box
    assert (right - left) / (bottom - top) == pytest.approx(width / height, rel=0.03)
    assert left + right == pytest.approx(image.width, abs=2)
    assert top + bottom == pytest.approx(image.height, abs=2)


def middle(logo: Image.Image) -> Counter[tuple[int, int, int]]:
    """How often each colour is there in the inner five modules."""
    image = drawn(logo, size=37 * 20)
    pixels: Any = image.crop((16 * 20, 16 * 20, 21 * 20, 21 * 20)).get_flattened_data()
    return Counter(pixels)


def test_a_pale_logo_gets_a_dark_plate_and_any_other_stands_on_white() -> None:
    white = (255, 255, 255)
    pale, dark, red = (middle(a_ring(colour)) for colour in ("white", "black", "#c8102e"))
    assert min(pale[INK], pale[white]) > 2000
    assert (dark[INK], red[INK]) == (0, 0)
    assert min(dark[0, 0, 0], dark[white], red[white], red[0xC8, 0x10, 0x2E]) > 1500


def test_a_faint_logo_gets_a_plate_and_one_with_a_ground_of_its_own_none() -> None:
    faint = a_ring("white")
    faint.putalpha(faint.getchannel("A").point(lambda alpha: alpha // 3))
    on_its_own = a_logo(colour="#fffbe6")
    assert middle(faint)[INK] > 2000
    assert middle(on_its_own)[INK] == 0


def test_around_a_logo_half_a_module_is_white() -> None:
    image = drawn(a_logo(), size=37 * 20)
    pad = image.convert("L").crop((15 * 20, 15 * 20, 22 * 20, 22 * 20))
    assert ImageChops.invert(pad).getbbox() == (10, 10, 130, 130)


def test_the_modules_beside_a_logo_are_rounded_towards_it() -> None:
    """The pad is columns and rows 15 to 21, the white border counted in; column 22 is to its right."""
    image = drawn(a_logo(), size=37 * 20).convert("L")

    def is_dark(column: int, row: int) -> bool:
        return image.getpixel((column * 20 + 10, row * 20 + 10)) == 0

    alone = [row for row in range(15, 22) if is_dark(22, row) and not is_dark(22, row - 1)]
    assert alone
    assert {image.getpixel((22 * 20, row * 20)) for row in alone} == {255}
