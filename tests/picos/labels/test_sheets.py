"""Sheets of labels: every label lies on its page, none on another, and each sheet is documented."""

import re
from itertools import combinations
from pathlib import Path

import pytest

from parties.errors import RefusedError
from picos.labels.sheets import A4, LETTER, Sheet, places, sheet_named, sheets

ALL = [pytest.param(sheet, id=name) for name, sheet in sheets().items()]
DOCS = Path(__file__).parents[3] / "docs" / "labels.md"
# What a printer's feed and a sheet's own cut are off by.
NEARLY = 0.1


@pytest.mark.parametrize("sheet", ALL)
def test_every_label_lies_on_its_page(sheet: Sheet) -> None:
    assert sheet.PAGE in {A4, LETTER}
    for left, top in places(sheet):
        assert left >= 0
        assert top >= 0
        assert left + sheet.LABEL[0] <= sheet.PAGE[0] + 1e-6
        assert top + sheet.LABEL[1] <= sheet.PAGE[1] + 1e-6


@pytest.mark.parametrize("sheet", ALL)
def test_no_label_lies_on_another(sheet: Sheet) -> None:
    width, height = sheet.LABEL
    for (left, top), (right, bottom) in combinations(places(sheet), 2):
        assert abs(left - right) >= width - 1e-6 or abs(top - bottom) >= height - 1e-6


@pytest.mark.parametrize("sheet", ALL)
def test_the_margins_are_the_same_on_both_sides(sheet: Sheet) -> None:
    for margin, pitch, number, label, page in zip(
        sheet.MARGIN, sheet.PITCH, (sheet.COLUMNS, sheet.ROWS), sheet.LABEL, sheet.PAGE, strict=True
    ):
        # 5163 is known for lying 0.08 mm beside the middle.
        assert page - (margin + (number - 1) * pitch + label) == pytest.approx(margin, abs=NEARLY)


def test_the_places_go_along_the_rows() -> None:
    corners = [(4.7625, 12.7), (74.6125, 12.7), (144.4625, 12.7), (4.7625, 38.1)]
    assert [length for place in places(sheet_named("5160"))[:4] for length in place] == pytest.approx(
        [length for place in corners for length in place]
    )
    assert [len(places(sheet)) for sheet in map(sheet_named, ("5160", "5163", "22806", "L7651"))] == [30, 10, 12, 65]


@pytest.mark.parametrize("name", ["L7160", "l7160", "Avery L7160", "avery-l7160", "AVERY_L7160"])
def test_a_sheet_is_known_by_its_number(name: str) -> None:
    assert sheet_named(name).NAME == "L7160"


@pytest.mark.parametrize("name", ["", "avery", "9999", "L716O", "516\x000x", "sheets", "٥160", "5160" * 20])
def test_another_is_refused_with_those_that_there_are(name: str) -> None:
    with pytest.raises(RefusedError) as refused:
        sheet_named(name)
    assert refused.value.field == "sheet"
    assert str(refused.value) == f"There is no such sheet; there are {', '.join(sheets())}."


@pytest.mark.parametrize("sheet", ALL)
def test_every_sheet_stands_in_the_documentation(sheet: Sheet) -> None:
    rows = re.findall(rf"^\| `{sheet.NAME}` \| (.*) \|$", DOCS.read_text(), re.MULTILINE)
    page = "A4" if sheet.PAGE == A4 else "letter"
    labels = f"{sheet.COLUMNS} × {sheet.ROWS}"
    assert [row.split(" | ") for row in rows] == [[page, labels, f"{sheet.LABEL[0]:g} × {sheet.LABEL[1]:g} mm"]]


def test_the_documentation_names_no_other() -> None:
    listed = re.findall(r"^\| `(\w+)` \| (?:A4|letter) ", DOCS.read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(sheets())
