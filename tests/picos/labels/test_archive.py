"""A ZIP of SVGs: each is read back, whole and in the order of minting, however many there are."""

import io
import re
import xml.etree.ElementTree as ET
import zipfile
from typing import Any

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from picos.labels import archive
from picos.labels.files import PART, file_of
from picos.labels.order import Order
from picos.models import Pico
from tests.conftest import Api
from tests.factories import picos
from tests.picos.labels.printed import url_of

pytestmark = pytest.mark.django_db

SVG = "{http://www.w3.org/2000/svg}"


def zipped(api: Api, rows: list[Pico], **query: Any) -> dict[str, str]:
    assert rows[0].product
    answer = api(rows[0].product.company).get(f"/batches/{rows[0].batch_id}/labels.zip", query)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as found:
        assert found.testzip() is None
        return {name: found.read(name).decode() for name in found.namelist()}


def read(drawing: str) -> list[str]:
    """What a scanner reads of it, drawn eight pixels to the module."""
    svg = ET.fromstring(drawing)
    side = int(svg.get("viewBox", "").split()[2])
    image = Image.new("L", (8 * side, 8 * side), 255)
    paint = ImageDraw.Draw(image)
    path = svg.findall(f"{SVG}path")[1]
    assert path.get("transform") == "translate(4 4)"
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path.get("d", "")):
        left, top = 8 * (int(x) + 4), 8 * (int(y) + 4)
        paint.rectangle((left, top, left + 8 * int(width) - 1, top + 7), fill=0)
    return [code.text for code in zxingcpp.read_barcodes(image)]


def test_each_copy_is_a_file_that_is_read_back(api: Api) -> None:
    rows = picos(5)
    files = zipped(api, rows)
    assert list(files) == [f"{number:07}-{pico.code}.svg" for number, pico in enumerate(rows, start=1)]
    assert [read(drawing) for drawing in files.values()] == [[url_of(pico)] for pico in rows]


def test_a_square_has_its_size_in_print_and_its_code_beneath_it(api: Api) -> None:
    rows = picos(1)
    (named,) = zipped(api, rows).values()
    (bare,) = zipped(api, rows, fields="").values()
    code = rows[0].code
    spaced = f"{code[:4]}-{code[4:8]}-{code[8:12]}-{code[12:]}"
    assert [text.text for text in ET.fromstring(named).findall(f"{SVG}text")] == [spaced]
    assert not ET.fromstring(bare).findall(f"{SVG}text")
    assert ET.fromstring(bare).get("width") == ET.fromstring(bare).get("height") == "16.5mm"
    assert read(named) == read(bare)


def test_a_part_of_a_batch_keeps_its_places(api: Api) -> None:
    rows = picos(5)
    assert list(zipped(api, rows, first=4)) == [f"0000004-{rows[3].code}.svg", f"0000005-{rows[4].code}.svg"]


def test_it_is_sent_while_it_is_made() -> None:
    rows = picos(300)
    assert rows[0].batch
    parts = [len(part) for part in file_of(batch=rows[0].batch, kind="zip", order=Order())]
    assert len(parts) > 3
    assert max(parts) < 2 * PART


def test_more_files_than_an_archive_holds_are_refused(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST", 2)
    rows = picos(3)
    assert rows[0].product
    answer = api(rows[0].product.company).get(f"/batches/{rows[0].batch_id}/labels.zip")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["count"])
    assert len(zipped(api, rows, count=2)) == 2
