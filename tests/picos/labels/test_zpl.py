"""Labels for label printers: each format says the code's URL, at its place, in whole dots."""

import re
from typing import Any

import pytest

from picos.models import Pico
from tests.conftest import Api
from tests.factories import a_company, a_product, picos
from tests.picos.labels.printed import url_of

pytestmark = pytest.mark.django_db

FIELD = re.compile(r"\^(FO|FT)(\d+),(\d+)(?:\^BQN,2,(\d+)|\^A0N,(\d+),\d+)\^FH\^FD(.*?)\^FS")


def printed(api: Api, rows: list[Pico], **query: Any) -> list[str]:
    assert rows[0].product
    answer = api(rows[0].product.company).get(f"/batches/{rows[0].batch_id}/labels.zpl", query)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/zpl; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="sku-\d+-\d+-\d{8}-\d{6}\.zpl"', answer["Content-Disposition"])
    file = answer.getvalue().decode("ascii")
    formats = re.findall(r"\^XA.*?\^XZ\n", file, re.DOTALL)
    assert "".join(formats) == file
    return formats


def said(field: str) -> str:
    """What the printer makes of ^FH: hexadecimal bytes, which are UTF-8 by ^CI28."""
    return re.sub(rb"_([0-9A-F]{2})", lambda found: bytes.fromhex(found[1].decode()), field.encode()).decode()


def test_each_copy_is_a_format_whose_square_says_its_url(api: Api) -> None:
    rows = picos(3, serials=["S-1", "S-2", "S-3"])
    formats = printed(api, rows)
    assert len(formats) == 3
    for pico, written in zip(rows, formats, strict=True):
        (square, *texts) = FIELD.findall(written)
        assert said(square[5]) == f"MA,{url_of(pico)}"
        code = pico.code
        spaced = f"{code[:4]}-{code[4:8]}-{code[8:12]}-{code[12:]}"
        assert [said(text[5]) for text in texts] == [spaced, "Moccasin", pico.serial]
        assert written.startswith("^XA^CI28^PW456^LL256^LH0,0\n")
        assert written.endswith("^PQ1^XZ\n")


@pytest.mark.parametrize(
    ("dpi", "wide", "high", "module"), [("203", 400, 200, 6), ("300", 591, 295, 8), ("600", 1181, 591, 10)]
)
def test_the_square_is_as_large_as_whole_dots_allow(dpi: str, wide: int, high: int, module: int, api: Api) -> None:
    (written,) = printed(api, picos(1), dpi=dpi, width=50, height=25)
    assert written.startswith(f"^XA^CI28^PW{wide}^LL{high}^LH0,0\n")
    (square, *texts) = FIELD.findall(written)
    x, y = int(square[1]), int(square[2])
    assert int(square[3]) == module
    # 25 modules, with their quiet zone of four on each side.
    for start, room in ((x, wide), (y, high)):
        assert start >= 4 * module
        assert start + 29 * module <= room
    assert all(int(text[1]) >= x + 29 * module for text in texts)


def test_what_zpl_would_take_for_its_own_is_escaped(api: Api) -> None:
    product = a_product(a_company("^XZ~JA_41\\&"), name="Größe 38")
    (written,) = printed(api, picos(1, product), fields="name,company")
    assert [said(field[5]) for field in FIELD.findall(written)][1:] == ["Größe 38", "^XZ~JA_41\\&"]
    assert written.count("^XZ") == written.count("^XA") == 1
    assert "~" not in written


def test_copies_are_the_printer_s_matter(api: Api) -> None:
    (written,) = printed(api, picos(1), copies=7)
    assert written.endswith("^PQ7^XZ\n")


def test_a_part_of_a_batch_is_printed(api: Api) -> None:
    rows = picos(5)
    formats = printed(api, rows, first=2, count=3)
    assert [said(FIELD.findall(written)[0][5]) for written in formats] == [f"MA,{url_of(pico)}" for pico in rows[1:4]]


def test_a_serial_of_which_nothing_can_be_printed_is_left_out(api: Api) -> None:
    rows = picos(1, serials=["\u0301\u0308"])
    (written,) = printed(api, rows, fields="serial")
    assert [said(field[5]) for field in FIELD.findall(written)] == [f"MA,{url_of(rows[0])}"]
