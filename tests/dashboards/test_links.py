"""The desk's links of a product, and where customers see them."""

import pytest
from django.test import Client

from parties.models import Company
from picos.models import Link, Product
from tests.dashboards.world import browser, read
from tests.factories import a_company, a_conduit, a_link, a_member, a_pico, a_product, picos

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return a_company("LAMO", slug="lamo")


@pytest.fixture
def product(company: Company) -> Product:
    return a_product(company, name="Boot", gtin="09506000134352")


@pytest.fixture
def admin(company: Company) -> Client:
    return browser(a_member(company, "admin").person)


def test_an_admin_adds_a_link_and_takes_it_away(product: Product, admin: Client) -> None:
    path = f"/desk/lamo/products/{product.pk}"
    assert "None yet. The manual, support or a recall" in read(admin.get(path)).all("main")[0].text
    (pico,) = picos(1, product, lot="26-03")
    values = {"type": "recallStatus", "href": "https://lamo.example/r", "title": "Recall", "batch": str(pico.batch_id)}
    answer = admin.post(f"{path}/links", values | {"language": "de", "is_default": "on"})
    assert (answer.status_code, answer["Location"]) == (302, path)
    link = Link.objects.get()
    assert (link.type, link.batch_id, link.language, link.is_default) == ("recallStatus", pico.batch_id, "de", True)
    page = read(admin.get(path))
    assert "lot 26-03 (1)" in [one.text for one in page.all("option")]
    assert [one.text for one in page.all("td")][-4:] == [
        "Recall · GS1 codes lead here",
        "Recall de",
        "lot 26-03",
        "Take away",
    ]
    assert admin.post(f"{path}/links/{link.pk}/remove")["Location"] == path
    assert not Link.objects.exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"href": "lamo.example"}, "href"),
        ({"href": ""}, "href"),
        ({"type": "nonsense"}, "type"),
        ({"language": "deu"}, "language"),
        ({"batch": "01a20039-9d91-730f-a1f5-ea83e5b7582b"}, "batch"),
        ({"title": "x" * 101}, "title"),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field(
    product: Product, admin: Client, values: dict[str, str], field: str
) -> None:
    given = {"type": "support", "href": "https://lamo.example/help"} | values
    answer = admin.post(f"/desk/lamo/products/{product.pk}/links", given)
    assert (answer.status_code, list(read(answer).errors)) == (422, [field])
    assert not Link.objects.exists()


def test_an_admin_names_the_lot_of_a_batch(product: Product, admin: Client) -> None:
    path = f"/desk/lamo/products/{product.pk}"
    assert admin.post(path, {"count": "1", "lot": "26-03"}).status_code == 302
    assert "1 · lot 26-03" in [one.text for one in read(admin.get(path)).all("td")]
    again = admin.post(path, {"count": "1", "lot": "26-03"})
    assert (again.status_code, list(read(again).errors)) == (422, ["lot"])


@pytest.mark.parametrize("role", ["viewer", "agent"])
def test_who_may_not_set_up_sees_the_links_and_no_form(company: Company, product: Product, role: str) -> None:
    a_link(product, title="Manual")
    page = read(browser(a_member(company, role).person).get(f"/desk/lamo/products/{product.pk}"))
    assert "Manual" in page.all("main")[0].text
    assert not page.all("form")


def test_customers_see_the_links_on_the_page_of_their_copy(product: Product) -> None:
    one, other = (a_pico(product) for _ in range(2))
    a_link(product, type="support", title="Help")
    a_link(product, type="instructions", title="Handbuch", language="de")
    a_link(product, type="recallStatus", title="Recall", batch=one.batch)
    links = ["Handbuch", "Help", "Recall"]
    assert by_maker(Client(), one.code) == links
    assert by_maker(Client(), other.code) == links[:2]
    conduit = a_conduit(pico=one)
    assert by_maker(Client(), one.code) == by_maker(browser(conduit.owner), one.code) == links


def by_maker(client: Client, code: str) -> list[str]:
    page = read(client.get(f"/P/{code}"))
    return [one.text for one in page.all("a") if one.attributes.get("rel") == "nofollow noopener"]
