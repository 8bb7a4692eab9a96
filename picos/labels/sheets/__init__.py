"""Sheets of labels. Each is one module here with the same eight names; adding one touches no other file.

NAME     as in `sheet=`: the maker's number
TITLE    what it is called in the list of sheets
PAGE     width and height of the page
COLUMNS  labels beside each other
ROWS     labels beneath each other
LABEL    width and height of a label
MARGIN   from the page's left and upper edge to the first label
PITCH    from a label's left edge to the next one's, and from its upper edge to the next one's
"""

import importlib
import pkgutil
import re
from functools import cache
from typing import Protocol, cast

from parties.errors import RefusedError

Lengths = tuple[float, float]
A4: Lengths = (210.0, 297.0)
LETTER: Lengths = (215.9, 279.4)
INCH = 25.4
# What most printers leave blank along a page's edges.
BLANK = 4.5


class Sheet(Protocol):
    """The eight names of a sheet's module."""

    NAME: str
    TITLE: str
    PAGE: Lengths
    COLUMNS: int
    ROWS: int
    LABEL: Lengths
    MARGIN: Lengths
    PITCH: Lengths


@cache
def sheets() -> dict[str, Sheet]:
    """All of them, by name."""
    modules = [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
    return {module.NAME: cast("Sheet", module) for module in modules}


def sheet_named(name: str) -> Sheet:
    """`L7160`, `l7160` or `Avery L7160`. Raises RefusedError, naming those that there are."""
    by_number = {_number(known): sheet for known, sheet in sheets().items()}
    if sheet := by_number.get(_number(name)):
        return sheet
    raise RefusedError(f"There is no such sheet; there are {', '.join(sheets())}.", field="sheet")


def places(sheet: Sheet) -> list[Lengths]:
    """Where each label's upper left corner lies, row by row."""
    left, top = sheet.MARGIN
    right, down = sheet.PITCH
    return [(left + column * right, top + row * down) for row in range(sheet.ROWS) for column in range(sheet.COLUMNS)]


def room_beside(sheet: Sheet) -> tuple[float, float, float, float]:
    """From the labels to the page's left, upper, right and lower edge."""
    (left, top), (right, down) = places(sheet)[0], places(sheet)[-1]
    width, height = sheet.LABEL
    return left, top, sheet.PAGE[0] - right - width, sheet.PAGE[1] - down - height


def _number(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name[:40].casefold()).removeprefix("avery")
