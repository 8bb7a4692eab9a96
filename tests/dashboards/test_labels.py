"""The desk's labels: what to print of a batch, how the first sheet will look, and the files."""

import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from django.test import Client

from parties.models import Company
from picos import minting
from picos.labels import pdf
from picos.models import Pico
from picos.pins import pin_of
from tests.dashboards.world import browser, read
from tests.factories import a_company, a_member, a_product, picos
from tests.picos.labels.printed import pages, scanned, text_of, url_of

pytestmark = pytest.mark.django_db

SVG = "{http://www.w3.org/2000/svg}"
FORM = {"sheet": "L7160", "start": "4", "copies": "1", "fields": ["code", "serial"], "first": "1", "count": ""}
FORM |= {"x": "0", "y": "0", "dpi": "203", "width": "57", "height": "32"}


@pytest.fixture
def company() -> Company:
    return a_company("LAMO", slug="lamo")


@pytest.fixture
def admin(company: Company) -> Client:
    return browser(a_member(company, "admin").person)


def five(company: Company, **values: Any) -> list[Pico]:
    return picos(5, a_product(company, name="Boot", **values), serials=[f"S-{number}" for number in range(5)])


def path(rows: list[Pico], what: str = "") -> str:
    return f"/desk/lamo/batches/{rows[0].batch_id}/labels{what}"


def previewed(admin: Client, rows: list[Pico], **query: Any) -> Any:
    answer = admin.get(path(rows, "/preview.svg"), query)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/svg+xml")
    return ET.fromstring(answer.content.decode())


def test_the_page_shows_the_first_sheet_before_anything_was_chosen(company: Company, admin: Client) -> None:
    rows = five(company)
    page = read(admin.get(path(rows)))
    assert "5 labels on 1 sheet; this is the first." in page.all("main")[0].text
    assert page.all("img")[0].attributes["src"] == path(rows, "/preview.svg")
    chosen = [one.attributes["value"] for one in page.all("input", name="fields") if "checked" in one.attributes]
    assert chosen == ["code", "name", "serial"]
    drawn = previewed(admin, rows)
    said = [text.text for text in drawn.iter(f"{SVG}text")]
    assert said[1:3] == ["Boot", "S-0"]
    assert len(said) == 15


def test_what_was_chosen_stays_and_is_shown(company: Company, admin: Client) -> None:
    rows = five(company)
    answer = admin.get(path(rows), FORM | {"copies": "20"})
    page = read(answer)
    assert "100 labels on 5 sheets; this is the first." in page.all("main")[0].text
    assert [one.attributes["value"] for one in page.all("option", selected="")] == ["L7160", "203"]
    query = page.all("img")[0].attributes["src"].partition("?")[2]
    assert query == answer.request["QUERY_STRING"]


def test_the_preview_has_its_labels_where_the_sheet_has_them(company: Company, admin: Client) -> None:
    rows = five(company)
    drawn = previewed(admin, rows, **FORM | {"x": "1.5", "y": "-1"})
    assert drawn.get("viewBox") == "0 0 210 297"
    groups = [group.get("transform") for group in drawn.iter(f"{SVG}g")]
    assert len(groups) == 5
    assert groups[0] == "translate(8.71 52.25)"


def test_the_preview_draws_what_the_pdf_prints(company: Company, admin: Client) -> None:
    rows = five(company)
    drawn = previewed(admin, rows, **FORM)
    (page,) = pages(admin.get(path(rows, ".pdf"), FORM).getvalue())
    said = [text.text for text in drawn.iter(f"{SVG}text")]
    assert said == text_of(page).split("\r\n")
    assert set(scanned(page)) == {url_of(pico) for pico in rows}


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"start": "22"}, {"start": ["This sheet has 21 labels."]}),
        ({"start": ""}, {"start": ["Nothing is written here yet."]}),
        ({"copies": "21"}, {"copies": ["At most 20."]}),
        ({"first": "6"}, {"first": ["This batch has 5 copies."]}),
        ({"x": "nan"}, {"x": ["This is no number."]}),
        ({"sheet": "9"}, {"sheet": ["Choose one of those that are there."]}),
        ({"fields": ["pin"]}, {"fields": ["Choose one of those that are there."]}),
    ],
)
def test_what_cannot_be_printed_is_said_beside_its_field(
    company: Company, admin: Client, values: dict[str, Any], errors: dict[str, list[str]]
) -> None:
    rows = five(company)
    for what in ("", ".pdf", ".zpl", ".csv", ".zip"):
        answer = admin.get(path(rows, what), FORM | values)
        assert answer.status_code == 422
        page = read(answer)
        assert page.errors == errors
        assert "It cannot be printed like this." in page.all("div", id="preview")[0].text
    assert admin.get(path(rows, "/preview.svg"), FORM | values).status_code == 422


def test_each_button_leads_to_its_file(company: Company, admin: Client) -> None:
    rows = five(company)
    buttons = [one.attributes.get("formaction", "") for one in read(admin.get(path(rows))).all("button")]
    media = ["application/pdf", "application/zpl; charset=utf-8", "text/csv; charset=utf-8", "application/zip"]
    assert buttons == ["", *(path(rows, f".{kind}") for kind in ("pdf", "zpl", "csv", "zip"))]
    for action, wanted in zip(buttons[1:], media, strict=True):
        answer = admin.get(action, FORM)
        assert (answer.status_code, answer["Content-Type"]) == (200, wanted)
        assert answer.getvalue()


def test_pins_can_be_printed_where_claiming_takes_one(company: Company, admin: Client) -> None:
    rows = five(company, claim_policy="pin")
    assert "the PIN" in read(admin.get(path(rows))).all("form")[0].text
    (page,) = pages(admin.get(path(rows, ".pdf"), FORM | {"fields": ["pin"]}).getvalue())
    assert rows[0].batch
    assert re.findall(r"PIN (\d{6})", text_of(page)) == [pin_of(rows[0].batch, pico.code) for pico in rows]


def test_a_large_batch_begins_with_as_many_as_a_file_holds(
    company: Company, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "MOST", 3)
    rows = five(company)
    page = read(admin.get(path(rows)))
    assert page.all("input", name="count")[0].attributes["value"] == "3"
    answer = admin.get(path(rows, ".pdf"), FORM)
    assert list(read(answer).errors) == ["count"]


def test_a_batch_that_is_still_being_minted_leads_back_to_its_product(company: Company, admin: Client) -> None:
    batch = minting.order_batch(product=a_product(company), count=3)
    for what in ("", ".pdf", ".zip"):
        answer = admin.get(f"/desk/lamo/batches/{batch.pk}/labels{what}", follow=True)
        assert answer.redirect_chain == [(f"/desk/lamo/products/{batch.product_id}", 302)]
        assert read(answer).notices == ["0 of 3 are minted; labels can be had when all are."]
    assert admin.get(f"/desk/lamo/batches/{batch.pk}/labels/preview.svg").status_code == 422


def test_each_batch_leads_to_its_labels(company: Company, admin: Client) -> None:
    rows = five(company)
    page = read(admin.get(f"/desk/lamo/products/{rows[0].product_id}"))
    assert [one.attributes["href"] for one in page.all("a") if one.text == "Labels"] == [path(rows)]


def test_the_labels_of_another_company_are_not_there(admin: Client) -> None:
    rows = picos(1)
    for what in ("", "/preview.svg", ".pdf", ".zpl", ".csv", ".zip"):
        assert admin.get(path(rows, what)).status_code == 404


def test_hostile_names_are_text_in_the_preview(company: Company, admin: Client) -> None:
    product = a_product(company, name="<script>alert(1)</script> & ]]>")
    rows = picos(1, product)
    drawn = previewed(admin, rows, **FORM | {"fields": ["name"], "sheet": "5163"})
    assert [text.text for text in drawn.iter(f"{SVG}text")] == ["<script>alert(1)</script> & ]]>"]
    assert not list(drawn.iter(f"{SVG}script"))


def test_the_product_s_page_says_how_large_its_codes_are(company: Company, admin: Client) -> None:
    product = a_product(company)
    said = read(admin.get(f"/desk/lamo/products/{product.pk}")).all("main")[0].text
    sentence = "Its codes are QR version 2, 25 × 25 modules: with modules of 0.5 mm they are 16.5 mm wide with their "
    assert sentence + "white border, 12.5 mm without." in said


def test_a_serial_of_which_nothing_can_be_printed_is_left_out(company: Company, admin: Client) -> None:
    rows = picos(1, a_product(company, name="Boot"), serials=["\u0301\u0308"])
    drawn = previewed(admin, rows, **FORM | {"fields": ["name", "serial"]})
    assert [text.text for text in drawn.iter(f"{SVG}text")] == ["Boot"]
