"""QR codes by the thousand: their modules by zxing-cpp, drawn as runs of dark modules.

An encoder tries all eight masks of ISO/IEC 18004 section 7.8 and takes the one with the lowest penalty, which is four
fifths of its work. Here the mask is fixed: 3,500 codes per CPU-second become 17,000. Mask 6 has the lowest penalty of
the eight with URLs like ours, 455 on average where the best of eight has 421; a reader takes the mask from the code.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

import zxingcpp

Level = Literal["L", "M", "Q", "H"]
MASK = 6
# Modules of white around the code; readers need 4 (ISO/IEC 18004 section 9.1).
QUIET_ZONE: Final = 4
# Dark modules are 0 in a Square; runs of them are drawn as one rectangle.
_RUN = re.compile(b"\0+")
_WIDE = 8


@dataclass(frozen=True, slots=True)
class Square:
    """A code's modules, row by row, a byte each, 0 for dark; without the quiet zone."""

    size: int
    modules: bytes

    @property
    def version(self) -> int:
        """1 to 40 (ISO/IEC 18004 section 5.3.1)."""
        return (self.size - 17) // 4

    @property
    def side(self) -> int:
        """Modules from edge to edge with the quiet zone."""
        return self.size + 2 * QUIET_ZONE


def square_of(text: str, level: Level = "M") -> Square:
    """The smallest code that holds the text at this level."""
    code = zxingcpp.create_barcode(text, zxingcpp.QRCode, ec_level=level, data_mask=MASK)
    image: Any = code.to_image(scale=1, add_quiet_zones=False)
    return Square(image.shape[0], memoryview(image).tobytes())


class Pen:
    """Draws squares in the words of one language: `rectangle(x, y, width)` is a run of dark modules.

    A row is drawn in pieces of up to eight modules. Each place has 256 of them at most, which are soon all known.
    """

    def __init__(self, rectangle: Callable[[int, int, int], str]) -> None:
        self._rectangle = rectangle
        self._pieces: dict[int, list[tuple[_Piece, slice]]] = {}

    def draw(self, square: Square) -> str:
        """All its rectangles; the upper left module is at 0, 0."""
        modules, pieces = square.modules, self._pieces.get(square.size) or self._cut(square.size)
        return "".join([piece[modules[there]] for piece, there in pieces])

    def _cut(self, size: int) -> "list[tuple[_Piece, slice]]":
        starts = [(x, y) for y in range(size) for x in range(0, size, _WIDE)]
        self._pieces[size] = [
            (_Piece(x, y, self._rectangle), slice(y * size + x, y * size + min(x + _WIDE, size))) for x, y in starts
        ]
        return self._pieces[size]


class _Piece(dict[bytes, str]):
    """What up to eight modules at one place look like, by their bytes."""

    def __init__(self, x: int, y: int, rectangle: Callable[[int, int, int], str]) -> None:
        self._x, self._y, self._rectangle = x, y, rectangle

    def __missing__(self, modules: bytes) -> str:
        drawn = "".join(
            self._rectangle(self._x + run.start(), self._y, run.end() - run.start()) for run in _RUN.finditer(modules)
        )
        self[modules] = drawn
        return drawn
