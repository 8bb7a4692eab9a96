"""Sheets as PDF: what a scanner reads on the page is what was minted, where the sheet has its labels."""

import re
from typing import Any

import pytest

from picos.labels import pdf
from picos.labels.layout import lay_out
from picos.labels.order import Label
from picos.labels.sheets import Sheet, places, sheets
from picos.models import Batch, Pico
from picos.pins import pin_of
from tests.conftest import Api
from tests.factories import a_company, a_product, picos
from tests.picos.labels.printed import pages, scanned, text_of, url_of

pytestmark = pytest.mark.django_db

ALL = [pytest.param(sheet, id=name) for name, sheet in sheets().items()]


def printed(api: Api, rows: list[Pico], **query: Any) -> list[Any]:
    assert rows[0].product
    answer = api(rows[0].product.company).get(f"/batches/{rows[0].batch_id}/labels.pdf", query)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/pdf"
    assert re.fullmatch(r'attachment; filename="[a-z]+-\d+-\d+-\d{8}-\d{6}\.pdf"', answer["Content-Disposition"])
    assert answer["Cache-Control"] == "private, no-store"
    return pages(answer.getvalue())


def middles(sheet: Sheet, pico: Pico) -> list[tuple[float, float]]:
    """Where the squares' middles lie, place by place, without texts."""
    layout = lay_out(Label(pico.code, url_of(pico), ()), *sheet.LABEL)
    return [(left + layout.x + layout.side / 2, top + layout.y + layout.side / 2) for left, top in places(sheet)]


@pytest.mark.parametrize("sheet", ALL)
def test_every_code_of_a_full_sheet_is_read_back_in_its_place(sheet: Sheet, api: Api) -> None:
    rows = picos(len(places(sheet)))
    (page,) = printed(api, rows, sheet=sheet.NAME, fields="")
    assert page.get_size() == pytest.approx([side * 72 / 25.4 for side in sheet.PAGE], abs=0.01)
    found = scanned(page)
    assert set(found) == {url_of(pico) for pico in rows}
    for pico, middle in zip(rows, middles(sheet, rows[0]), strict=True):
        assert found[url_of(pico)] == pytest.approx(middle, abs=0.3)


@pytest.mark.parametrize("sheet", ALL)
def test_nothing_is_printed_where_printers_leave_the_page_blank(sheet: Sheet, api: Api) -> None:
    product = a_product(a_company("A company with a name that is rather too long for any label that there is"))
    rows = picos(len(places(sheet)), product, serials=[f"LM-{n:040}" for n in range(len(places(sheet)))])
    (page,) = printed(api, rows, sheet=sheet.NAME, fields="code,name,serial,company")
    left, top, right, bottom = page.render(scale=4).to_pil().convert("L").point(lambda shade: 255 - shade).getbbox()
    width, height = (side * 4 for side in page.get_size())
    for beside in (left, top, width - right, height - bottom):
        assert beside / 4 * 25.4 / 72 > 4


@pytest.mark.parametrize(("sheet", "x"), [("3474", 1.6), ("3474", -1.6), ("5160", 6.4), ("L7160", -9)])
def test_labels_are_not_moved_off_the_page(sheet: str, x: float, api: Api) -> None:
    (pico,) = picos()
    assert pico.product
    asking = api(pico.product.company)
    path = f"/batches/{pico.batch_id}/labels.pdf"
    answer = asking.get(path, {"sheet": sheet, "x": x})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["x"])
    assert answer.json()["errors"]["x"][0].startswith("Moved so far, labels would leave the page: from -")
    assert asking.get(path, {"sheet": sheet, "x": x * 0.9}).status_code == 200


@pytest.mark.parametrize("sheet", ALL)
def test_every_code_is_read_back_with_all_texts_beside_it(sheet: Sheet, api: Api) -> None:
    product = a_product(a_company("A company with rather a long name"), name="Moccasin, men’s", claim_policy="pin")
    number = len(places(sheet))
    rows = picos(number, product, serials=[f"LM-2026-{n:06}" for n in range(number)])
    (page,) = printed(api, rows, sheet=sheet.NAME, fields="code,name,serial,sku,company,pin")
    assert set(scanned(page)) == {url_of(pico) for pico in rows}
    said = "".join(text_of(page).split())
    for pico in rows:
        assert rows[0].batch
        assert pico.serial in said
        assert f"PIN{pin_of(rows[0].batch, pico.code)}" in said


def test_the_texts_are_those_that_were_asked_for(api: Api) -> None:
    rows = picos(1, a_product(a_company("LAMO (Größe) \\ 38"), name="Moccasin", sku="LM-38"), serials=["S-1"])
    code = rows[0].code
    spaced = f"{code[:4]}-{code[4:8]}-{code[8:12]}-{code[12:]}"
    for fields, lines in {
        "code,name,serial": [spaced, "Moccasin", "S-1"],
        "sku,company": ["LM-38", "LAMO (Größe) \\ 38"],
        "pin": [],
        "": [],
    }.items():
        (page,) = printed(api, rows, sheet="5163", fields=fields)
        assert text_of(page).split("\r\n") == (lines or [""])


def test_a_part_used_sheet_begins_at_its_first_free_label(api: Api) -> None:
    rows = picos(4)
    first, second = printed(api, rows, sheet="5163", start=9, fields="")
    at = middles(sheets()["5163"], rows[0])
    for page, (pico, place) in ((first, (rows[0], at[8])), (first, (rows[1], at[9])), (second, (rows[2], at[0]))):
        assert scanned(page)[url_of(pico)] == pytest.approx(place, abs=0.3)
    assert [len(scanned(page)) for page in (first, second)] == [2, 2]


def test_copies_of_a_label_follow_each_other(api: Api) -> None:
    rows = picos(2)
    one, two = printed(api, rows, sheet="22806", copies=12, start=1)
    for page, pico in ((one, rows[0]), (two, rows[1])):
        assert text_of(page).count(f"{pico.code[:4]}-{pico.code[4:8]}") == 12


def test_the_print_is_moved_by_so_many_millimetres(api: Api) -> None:
    rows = picos(1)
    (page,) = printed(api, rows, sheet="5160", fields="", x="3.5", y="-2")
    x, y = middles(sheets()["5160"], rows[0])[0]
    assert scanned(page)[url_of(rows[0])] == pytest.approx((x + 3.5, y - 2), abs=0.3)


def test_a_part_of_a_batch_is_printed(api: Api) -> None:
    rows = picos(6)
    (page,) = printed(api, rows, first=3, count=2)
    assert set(scanned(page)) == {url_of(pico) for pico in rows[2:4]}
    (page,) = printed(api, rows, first=5, count=200)
    assert set(scanned(page)) == {url_of(pico) for pico in rows[4:]}


def test_more_than_one_file_holds_is_refused_with_the_way_to_take_it_in_parts(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "MOST", 10)
    rows = picos(6)
    assert rows[0].product
    answer = api(rows[0].product.company).get(f"/batches/{rows[0].batch_id}/labels.pdf", {"copies": "2"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == {
        "count": [
            "A PDF holds 10 labels; this would be 12. Take it in parts, such as first=1&count=5, then first=6&count=5."
        ]
    }
    assert len(printed(api, rows, copies=2, count=5)) == 1


def test_squares_are_vectors_and_the_file_is_small(api: Api) -> None:
    rows = picos(30)
    assert rows[0].product
    file = api(rows[0].product.company).get(f"/batches/{rows[0].batch_id}/labels.pdf").getvalue()
    assert b"/Image" not in re.sub(rb"/ImageB|/ImageC|/ImageI", b"", file)
    assert len(file) < 20_000


def test_the_label_of_a_copy_does_not_change_once_it_is_printed(api: Api) -> None:
    rows = picos(2)
    (before,) = printed(api, rows, fields="code,serial")
    Pico.objects.filter(pk=rows[0].pk).update(status=Pico.Status.RETIRED)
    Batch.objects.update(finished_at=None)
    (after,) = printed(api, rows, fields="code,serial")
    assert before.render(scale=2).to_pil().tobytes() == after.render(scale=2).to_pil().tobytes()


def test_a_serial_of_which_nothing_can_be_printed_is_left_out(api: Api) -> None:
    rows = picos(1, serials=["\u0301\u0308"])
    (page,) = printed(api, rows, fields="serial")
    assert set(scanned(page)) == {url_of(rows[0])}
    assert text_of(page) == ""
