"""What stands in the middle of a code of level H: the company's logo, or the maker's initial.

Level H mends the modules beneath as long as too few of them are in one block of its Reed-Solomon code. A logo's pad
covers at most 8 % of the modules and is no longer than a third of the code, so it keeps clear of the patterns that a
reader finds a code by; even if each codeword that it touches were wrong, a quarter of what can be mended would be left
(tests/picos/test_marks.py counts, for each version).
"""

import io
from typing import Any, Final

import qrcode
from PIL import Image, ImageDraw, ImageFont

# The initial's diameter in shares of the square's width. Level H restores 30 % of a code; this hides 4 %.
INITIAL: Final = 0.2
# Of a pad: the share of the modules that it may cover, and of the code's width that it may be long.
MOST_COVERED: Final = 0.08
LONGEST: Final = 1 / 3
INK = "#1d1b18"
# What is lighter than this (0 to 255) is lost on white. A logo of which less than a twentieth is darker gets a plate
# of ink beneath it, and is drawn so much smaller on it; but one without any transparency has a ground of its own.
PALE, DARK_ENOUGH, ON_PLATE = 200, 0.05, 0.8

Pad = tuple[int, int]


def pad_for(logo: Image.Image, modules: int) -> Pad:
    """Width and height in modules, both odd, of what the logo is drawn largest on in a code of so many modules."""
    sides = range(3, int(modules * LONGEST) + 1, 2)
    pads = [(width, height) for width in sides for height in sides if width * height <= modules**2 * MOST_COVERED]
    return max(pads, key=lambda pad: (_scale(logo, pad, 1), -pad[0] * pad[1]))


def clear(code: "qrcode.QRCode[Any]", pad: Pad) -> None:
    """Takes the modules beneath a pad in the middle away, so that those beside it end there."""
    left, top = ((code.modules_count - side) // 2 for side in pad)
    for row in code.modules[top : top + pad[1]]:
        row[left : left + pad[0]] = [False] * pad[0]


def drawn_logo(logo: Image.Image, pad: Pad, module: int) -> Image.Image:
    """The logo on a white pad, in modules of so many pixels: half a module from its edges, on a plate if pale."""
    ground = Image.new("RGBA", (pad[0] * module, pad[1] * module), "white")
    scale = _scale(logo, pad, module)
    if _is_pale(logo):
        ground.alpha_composite(_plate(logo, scale, module), _centred(logo, scale, ground))
        scale *= ON_PLATE
    ground.alpha_composite(logo.resize(_size(logo, scale), Image.Resampling.LANCZOS), _centred(logo, scale, ground))
    return ground.convert("RGB")


def drawn_initial(maker: str, side: int) -> Image.Image:
    """A disc on white, with the first letter of a name in printable capitals, if it begins with one."""
    initial = maker[:1]
    large = Image.new("L", (4 * side, 4 * side), 255)
    draw = ImageDraw.Draw(large)
    edge = side // 4
    draw.ellipse((edge, edge, 4 * side - edge, 4 * side - edge), fill=INK)
    font = ImageFont.load_default(2 * side)
    draw.text((2 * side, 2 * side), initial if initial.isalnum() else "", fill=255, anchor="mm", font=font)
    return large.resize((side, side), Image.Resampling.LANCZOS)


def opened(logo: bytes) -> Image.Image:
    """A kept logo, to be drawn."""
    with Image.open(io.BytesIO(logo), formats=("PNG",)) as image:
        return image.convert("RGBA")


def _scale(logo: Image.Image, pad: Pad, module: int) -> float:
    return min((pad[0] - 1) * module / logo.width, (pad[1] - 1) * module / logo.height)


def _size(logo: Image.Image, scale: float) -> tuple[int, int]:
    return max(1, round(logo.width * scale)), max(1, round(logo.height * scale))


def _centred(logo: Image.Image, scale: float, ground: Image.Image) -> tuple[int, int]:
    width, height = _size(logo, scale)
    return (ground.width - width) // 2, (ground.height - height) // 2


def _plate(logo: Image.Image, scale: float, module: int) -> Image.Image:
    plate = Image.new("RGBA", _size(logo, scale))
    ImageDraw.Draw(plate).rounded_rectangle((0, 0, plate.width - 1, plate.height - 1), radius=module / 2, fill=INK)
    return plate


def _is_pale(logo: Image.Image) -> bool:
    alpha = logo.getchannel("A")
    if alpha.getextrema() == (255, 255):
        return False
    ground = Image.new("RGBA", logo.size, "white")
    ground.alpha_composite(logo)
    seen = sum(alpha.histogram()[128:])
    dark = sum(ground.convert("L").histogram()[:PALE])
    # None of either is a faint one.
    return dark <= seen * DARK_ENOUGH
