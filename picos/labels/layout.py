"""Where square and texts stand on one label: beside each other where it is wide, else beneath each other."""

from collections.abc import Sequence
from dataclasses import dataclass

from picos.labels.letters import FIXED, PLAIN, printable, width_of
from picos.labels.order import Label, Part
from picos.labels.sheets import BLANK, Sheet, room_beside

# Lengths in millimetres. A larger square is read no better on a thing that is held in a hand.
LARGEST_SQUARE = 36.0
PAD = 1.5
# How much wider than high a label is that has its texts beside the square.
BESIDE = 1.3
LEADING = 1.2
# Sizes of type. Below the smallest (5 points) a text is cut off instead.
CODE_SIZE, TEXT_SIZE, SMALLEST = 4.0, 3.0, 1.76
# A code that would be smaller than this in one line is broken in two.
BREAKS_BELOW = 2.4
# What is of no use in part.
UNCUT = {"serial", "pin"}
# A text as wide as its place fits.
ROUNDING = 1.001
# The share of a label's height that texts beneath the square may take.
MOST_BENEATH = 0.4

Texts = Sequence[tuple[Part, str]]


@dataclass(frozen=True, slots=True)
class Line:
    """A text, from the left end of its baseline."""

    text: str
    font: str
    size: float
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Layout:
    """The square's upper left corner and its side, with its quiet zone; and the lines of text."""

    x: float
    y: float
    side: float
    lines: tuple[Line, ...]


def pad_on(sheet: Sheet) -> float:
    """How far from a label's right edge texts have to end, as printers leave the page's edge blank."""
    _, _, beside, _ = room_beside(sheet)
    return max(PAD, BLANK - beside)


def lay_out(label: Label, width: float, height: float, *, pad: float = PAD) -> Layout:
    """The layout on a label of this size, all of it within the label, and texts `pad` from its right edge."""
    texts = _printable(label)
    if width >= BESIDE * height and texts:
        return _beside(texts, width, height, pad)
    room = height * MOST_BENEATH
    lines = _lines(texts, width - 2 * pad, room - PAD)
    used = sum(size for _, _, size in lines) * LEADING + PAD if lines else 0.0
    side = min(width, height - used, LARGEST_SQUARE)
    top = (height - side - used) / 2
    centred = [(width - size * width_of(text, font)) / 2 for text, font, size in lines]
    return Layout((width - side) / 2, top, side, _stacked(lines, centred, top + side))


def _printable(label: Label) -> Texts:
    """The texts in letters that there are; one of which nothing is left to see is left out."""
    texts = [(part, text if part == "code" else printable(text).strip()) for part, text in label.texts]
    return [(part, text) for part, text in texts if text]


def _beside(texts: Texts, width: float, height: float, pad: float) -> Layout:
    side = min(height, width * 0.55, LARGEST_SQUARE)
    lines = _lines(texts, width - side - pad, height - 2 * PAD)
    used = sum(size for _, _, size in lines) * LEADING
    return Layout(0.0, (height - side) / 2, side, _stacked(lines, [side] * len(lines), (height - used) / 2))


def _lines(texts: Texts, width: float, height: float) -> list[tuple[str, str, float]]:
    """Text, font and size of each line, small enough for the width and, all together, for the height."""
    lines: list[tuple[str, str, float]] = []
    for part, text in texts:
        lines += _code(text, width) if part == "code" else _text(text, width, whole=part in UNCUT)
    used = sum(size for _, _, size in lines) * LEADING
    shrink = min(1.0, height / used) if used else 1.0
    return [(text, font, size * shrink) for text, font, size in lines]


def _code(code: str, width: float) -> list[tuple[str, str, float]]:
    """Never cut off, as it can be typed."""
    size = width / width_of(code, FIXED)
    halves: Sequence[str] = [code]
    if size < BREAKS_BELOW:
        groups = code.split("-")
        halves = ["-".join(groups[:2]) + "-", "-".join(groups[2:])]
        size = width / width_of(halves[0], FIXED)
    return [(half, FIXED, min(size, CODE_SIZE)) for half in halves]


def _text(text: str, width: float, *, whole: bool) -> list[tuple[str, str, float]]:
    """As large as fits, in one line; what is too long at the smallest size goes on in further lines, or is cut off."""
    size = max(SMALLEST, min(TEXT_SIZE, width / width_of(text, PLAIN)))
    most = width / size * ROUNDING
    if width_of(text, PLAIN) <= most:
        return [(text, PLAIN, size)]
    if whole:
        return [(piece, PLAIN, size) for piece in _pieces(text, most)]
    (first, *_) = _pieces(text, most - width_of("…", PLAIN))
    return [(f"{first.rstrip()}…", PLAIN, size)]


def _pieces(text: str, most: float) -> list[str]:
    pieces = [""]
    for letter in text:
        if width_of(pieces[-1] + letter, PLAIN) > most and pieces[-1]:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _stacked(lines: list[tuple[str, str, float]], lefts: list[float], top: float) -> tuple[Line, ...]:
    stacked = []
    for (text, font, size), left in zip(lines, lefts, strict=True):
        stacked.append(Line(text, font, size, left, top + size))
        top += size * LEADING
    return tuple(stacked)
