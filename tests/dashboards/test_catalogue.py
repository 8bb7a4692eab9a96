"""The desk's products and batches, and the file for the print shop."""

import csv
import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from parties.models import Company
from picos import minting
from picos.codes import spaced
from picos.models import Batch, Pico, Product
from picos.pins import pin_of
from tests.dashboards.world import browser, everything, read, written
from tests.factories import a_company, a_member, a_product, picos

pytestmark = pytest.mark.django_db

BOOT = {"name": "Boot", "sku": "B-1", "claim_policy": "open"}


@pytest.fixture
def company() -> Company:
    return a_company("LAMO", slug="lamo")


def as_(company: Company, role: str) -> Client:
    return browser(a_member(company, role).person)


@pytest.fixture
def admin(company: Company) -> Client:
    return as_(company, "admin")


def test_who_begins_is_told_what_to_do_first(admin: Client) -> None:
    page = read(admin.get("/desk/lamo/products"))
    assert "Add your first product below, then mint codes for its copies." in page.all("main")[0].text
    assert "open" in page.all("details")[0].attributes


def test_an_admin_adds_a_product(company: Company, admin: Client) -> None:
    values = BOOT | {"gtin": "9506000134352", "description": "Suede.", "claim_policy": "pin"}
    answer = admin.post("/desk/lamo/products", values)
    product = Product.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/desk/lamo/products/{product.pk}")
    assert (product.company, product.name, product.sku) == (company, "Boot", "B-1")
    assert (product.gtin, product.description, product.claim_policy) == ("09506000134352", "Suede.", "pin")
    page = read(admin.get(answer["Location"]))
    assert page.heading == "Boot"
    assert "SKU B-1 · GTIN 09506000134352 · claiming takes a PIN" in page.all("main")[0].text


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"name": ""}, {"name": ["Nothing is written here yet."]}),
        ({"sku": "x" * 51}, {"sku": ["At most 50 letters fit in; this has 51."]}),
        ({"sku": "TAKEN"}, {"sku": ["You have a product with this SKU already."]}),
        ({"gtin": "9506000134352"}, {"gtin": ["You have a product with this GTIN already."]}),
        (
            {"description": "x" * 2001},
            {"description": ["At most 2000 letters fit in; this has 2001."]},
        ),
        ({"name": "a\0b"}, {"name": ["There is a character in it that cannot be kept."]}),
        ({"claim_policy": ""}, {"claim_policy": ["Choose one of those that are there."]}),
    ],
)
def test_a_product_that_cannot_be_taken_is_said_beside_its_field(
    company: Company, admin: Client, values: dict[str, str], errors: dict[str, list[str]]
) -> None:
    a_product(company, sku="TAKEN", gtin="09506000134352")
    before = everything()
    answer = admin.post("/desk/lamo/products", BOOT | values)
    assert (answer.status_code, read(answer).errors) == (422, errors)
    assert everything() == before


@pytest.mark.parametrize(
    "gtin", ["123", "9506000134353", "95060001343521234", "abcdefghijkl", "９５０６０００１３４３５２"]
)
def test_a_number_that_is_no_gtin_is_said_beside_its_field(admin: Client, gtin: str) -> None:
    answer = admin.post("/desk/lamo/products", BOOT | {"gtin": gtin})
    assert (answer.status_code, list(read(answer).errors)) == (422, ["gtin"])
    assert not Product.objects.exists()


def test_another_company_may_use_the_same_numbers(admin: Client) -> None:
    a_product(sku="B-1", gtin="09506000134352")
    assert admin.post("/desk/lamo/products", BOOT | {"gtin": "9506000134352"}).status_code == 302


def mint(admin: Client, product: Product, **values: str) -> Any:
    return admin.post(f"/desk/lamo/products/{product.pk}", {"count": "3"} | values)


def test_an_admin_orders_a_batch_and_sees_it_grow(company: Company, admin: Client) -> None:
    product = a_product(company)
    path = f"/desk/lamo/products/{product.pk}"
    assert "No copies yet." in read(admin.get(path)).all("main")[0].text
    answer = mint(admin, product, serials=" A-1\r\nA-2\n\n A-3 \n")
    assert (answer.status_code, answer["Location"]) == (302, path)
    batch = Batch.objects.get()
    assert (batch.count, batch.given.get().serials, batch.state) == (3, ["A-1", "A-2", "A-3"], "queued")
    waiting = read(admin.get(f"{path}/batches"), whole=False)
    assert waiting.elements[0].attributes["hx-trigger"] == "every 1s"
    assert waiting.all("progress")[0].attributes == {"value": "0", "max": "3"}
    minting.mint(batch.pk)
    done = read(admin.get(f"{path}/batches"), whole=False)
    assert "hx-get" not in done.elements[0].attributes
    ordered = f"{batch.created_at:%-d %b %Y, %H:%M}"
    assert [one.text for one in done.all("td")] == [ordered, "3", "minted", "Labels CSV for the print shop"]
    assert sorted(Pico.objects.values_list("serial", flat=True)) == ["A-1", "A-2", "A-3"]


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"count": ""}, {"count": ["Say how many to mint, or give serial numbers below."]}),
        ({"count": "0"}, {"count": ["At least 1."]}),
        ({"count": "-1"}, {"count": ["At least 1."]}),
        ({"count": "5000001"}, {"count": ["At most 5000000."]}),
        ({"count": "1e3"}, {"count": ["This is no whole number."]}),
        ({"count": "9" * 5000}, {"count": ["This is no whole number."]}),
        ({"serials": "A-1\nA-2"}, {"serials": ["Serials: 2; copies: 3. Each copy needs one."]}),
        ({"serials": "A-1\nA-2\nA-1"}, {"serials": ["A-1 is there twice."]}),
        ({"serials": "A-1\nA-2\nTAKEN"}, {"serials": ["Serial TAKEN is taken."]}),
        (
            {"serials": "A-1\nA-2\nA-3", "pattern": "A-{n}"},
            {"pattern": ["Serials are either given or numbered by a pattern."]},
        ),
        (
            {"pattern": "A-1"},
            {"pattern": ["A pattern has one {n} where the number goes, or {n:06} to fill it up with zeros."]},
        ),
        ({"serials": "a\0b"}, {"serials": ["There is a character in it that cannot be kept."]}),
        (
            {"serials": f"A-1\nA-2\n{'x' * 51}"},
            {"serials": [f"A serial number has at most 50 letters and figures; “{'x' * 51}…” has more."]},
        ),
        (
            {"serials": "x" * 500_001},
            {"serials": ["At most 500000 letters fit in; this has 500001."]},
        ),
    ],
)
def test_a_batch_that_cannot_be_minted_is_said_beside_its_field(
    company: Company, admin: Client, values: dict[str, str], errors: dict[str, list[str]]
) -> None:
    product = a_product(company)
    minting.order_batch(product=product, count=1, serials=["TAKEN"])
    before = written()
    answer = mint(admin, product, **values)
    assert (answer.status_code, read(answer).errors) == (422, errors)
    assert written() == before


def test_a_file_s_serials_are_minted(company: Company, admin: Client) -> None:
    product = a_product(company)
    file = SimpleUploadedFile("serials.csv", "\ufeffName;Serial\r\nBoot;A-1\r\nBoot;A-2\r\n".encode())
    answer = admin.post(f"/desk/lamo/products/{product.pk}", {"count": "", "file": file})
    assert answer.status_code == 302
    assert (Batch.objects.get().count, Batch.objects.get().given.get().serials) == (2, ["A-1", "A-2"])

    file = SimpleUploadedFile("serials.csv", b"serial\nB-1\n" + b"x" * 51 + b"\nB-1\n")
    answer = admin.post(f"/desk/lamo/products/{product.pk}", {"count": "", "file": file})
    long = "Line 3: a serial has at most 50 letters and figures; this has 51."
    assert (answer.status_code, read(answer).errors) == (422, {"file": [f"{long} Line 4: B-1 is in line 2 already."]})
    assert Batch.objects.count() == 1


def test_codes_that_were_printed_earlier_are_linked_at_the_desk(company: Company, admin: Client) -> None:
    product = a_product(company)
    (pico,) = picos(1, product)
    path = f"/desk/lamo/products/{product.pk}/printed"
    page = admin.post(path, {"printed": SimpleUploadedFile("a.csv", f"{pico.code},S-1".encode())}, follow=True)
    assert read(page).notices == ["Codes with a serial number now: 1."]
    assert Pico.objects.get().serial == "S-1"
    again = admin.post(path, {"printed": SimpleUploadedFile("a.csv", f"{pico.code},S-2".encode())})
    why = f"Line 1: {spaced(pico.code)}: it has the serial S-1."
    assert (again.status_code, read(again).errors) == (422, {"printed": [why]})
    assert read(admin.post(path, {})).errors == {"printed": ["Choose a file."]}
    assert Pico.objects.get().serial == "S-1"


def test_a_batch_is_numbered_by_a_pattern_and_cancelled(company: Company, admin: Client) -> None:
    product = a_product(company)
    assert mint(admin, product, pattern="B-{n:03}").status_code == 302
    batch = Batch.objects.get()
    assert (batch.pattern, batch.first_number) == ("B-{n:03}", 1)
    waiting = read(admin.get(f"/desk/lamo/products/{product.pk}/batches"), whole=False)
    assert waiting.all("td")[1].text == "3 · B-001 to B-003"
    page = admin.post(f"/desk/lamo/batches/{batch.pk}/cancel", follow=True)
    assert read(page).notices == ["No more of it is minted. 0 copies are there."]
    again = admin.post(f"/desk/lamo/batches/{batch.pk}/cancel", follow=True)
    assert read(again).notices == ["It is not being minted any more."]
    shown = read(admin.get(f"/desk/lamo/products/{product.pk}/batches"), whole=False)
    assert [one.text for one in shown.all("td")][1:] == ["3", "0 minted, then cancelled", ""]


def test_as_many_serials_as_the_page_promises_come_through(company: Company, admin: Client) -> None:
    serials = "\r\n".join(f"LM-2026-{number:06}" for number in range(20_000))
    assert mint(admin, a_product(company), count="20000", serials=serials).status_code == 302
    assert sum(len(some.serials) for some in Batch.objects.get().given.all()) == 20_000


def test_a_copy_is_found_from_its_product(company: Company, admin: Client) -> None:
    product = a_product(company, name="Boot")
    path = f"/desk/lamo/products/{product.pk}"
    assert not read(admin.get(path)).all("form", role="search")
    minting.mint(minting.order_batch(product=product, count=1, serials=["A-1"]).pk)
    (search,) = read(admin.get(path)).all("form", role="search")
    assert search.attributes["action"] == "/desk/lamo"
    found = read(admin.get("/desk/lamo", {"q": "A-1"}))
    copies = [one.attributes["href"] for one in found.all("a") if "/picos/" in one.attributes["href"]]
    assert copies == [f"/desk/lamo/picos/{Pico.objects.get().code}"]


@pytest.mark.parametrize("role", ["viewer", "agent"])
def test_who_may_not_set_up_sees_products_and_finds_no_form(company: Company, role: str) -> None:
    product = a_product(company, name="Boot")
    batch = minting.order_batch(product=product, count=1)
    minting.mint(batch.pk)
    client = as_(company, role)
    listed, shown = (read(client.get(f"/desk/lamo/products{more}")) for more in ("", f"/{product.pk}"))
    assert "Boot" in listed.all("main")[0].text
    for page in (listed, shown):
        assert not page.all("form", method="post")
        assert "CSV" not in page.all("main")[0].text
    assert client.get(f"/desk/lamo/batches/{batch.pk}.csv").status_code == 403


def test_the_file_for_the_print_shop(company: Company, admin: Client) -> None:
    batch = minting.order_batch(product=a_product(company, claim_policy="pin"), count=2, serials=["A-1", "A-2"])
    minting.mint(batch.pk)
    answer = admin.get(f"/desk/lamo/batches/{batch.pk}.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="sku-\d+-\d+-\d{8}-\d{6}\.csv"', answer["Content-Disposition"])
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    picos = list(Pico.objects.order_by("pk"))
    assert [row["code"] for row in rows] == [pico.code for pico in picos]
    assert [row["serial"] for row in rows] == ["A-1", "A-2"]
    assert [row["pin"] for row in rows] == [pin_of(batch, pico.code) for pico in picos]
    assert rows[0]["url"] == f"HTTP://PICO.TEST/P/{picos[0].code}"


def test_products_and_batches_of_another_company_are_not_there(company: Company, admin: Client) -> None:
    product = a_product()
    batch = minting.order_batch(product=product, count=1)
    assert admin.get(f"/desk/lamo/products/{product.pk}").status_code == 404
    assert admin.get(f"/desk/lamo/products/{product.pk}/batches").status_code == 404
    assert mint(admin, product).status_code == 404
    assert admin.get(f"/desk/lamo/batches/{batch.pk}.csv").status_code == 404
    assert product.name not in admin.get("/desk/lamo/products").content.decode()
    assert Batch.objects.count() == 1
