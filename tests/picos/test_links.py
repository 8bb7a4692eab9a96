"""Links of products: what can be added, what is refused, and what it changes."""

from typing import Any

import pytest

from picos import links
from picos.models import Batch, Link, Product
from tests.conftest import Api
from tests.factories import a_company, a_link, a_product, picos

pytestmark = pytest.mark.django_db

MANUAL = {"type": "instructions", "href": "https://lamo.example/manual"}


@pytest.fixture
def product() -> Product:
    return a_product(a_company("LAMO"))


def add(api: Api, product: Product, **values: Any) -> Any:
    return api(product.company).post(f"/products/{product.pk}/links", MANUAL | values)


def flags(product: Product) -> tuple[bool, bool]:
    product.refresh_from_db()
    return product.has_links, product.batches_have_links


def test_a_link_is_added_and_listed(api: Api, product: Product) -> None:
    batch = picos(1, product)[0].batch
    assert batch
    answer = add(
        api, product, title=" Manual ", language="EN-gb", media_type="Text/HTML", is_default=True, batch=str(batch.pk)
    )
    link = Link.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": str(link.pk),
        "product": str(product.pk),
        "batch": str(batch.pk),
        "type": "instructions",
        "href": "https://lamo.example/manual",
        "title": "Manual",
        "language": "en-GB",
        "media_type": "text/html",
        "is_default": True,
        "created_at": link.created_at.isoformat().replace("+00:00", "Z"),
    }
    listed = api(product.company).get(f"/products/{product.pk}/links").json()
    assert listed == {"results": [answer.json()], "next": None}


def test_without_a_title_it_is_called_what_it_is(api: Api, product: Product) -> None:
    assert add(api, product).json()["title"] == "Manual"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"type": "manual"}, "type"),
        ({"type": "gs1:pip"}, "type"),
        ({"href": ""}, "href"),
        ({"href": "lamo.example"}, "href"),
        ({"href": "javascript:alert(1)"}, "href"),
        ({"href": "ftp://lamo.example/"}, "href"),
        ({"href": "https://"}, "href"),
        ({"href": "https:///x"}, "href"),
        ({"href": "https://lamo.example/a b"}, "href"),
        ({"href": "https://lamo.example/\r\nX: y"}, "href"),
        ({"href": 'https://lamo.example/"'}, "href"),
        ({"href": "https://lamo.example/é"}, "href"),
        ({"href": "https://ann:secret@lamo.example/"}, "href"),
        ({"href": "https://[::1/"}, "href"),
        ({"href": "https://lamo.example/" + "a" * 2000}, "href"),
        ({"title": "x" * 101}, "title"),
        ({"title": "a\0b"}, "title"),
        ({"language": "english"}, "language"),
        ({"language": "e1"}, "language"),
        ({"media_type": "html"}, "media_type"),
        ({"media_type": "text/html; charset=utf-8"}, "media_type"),
        ({"is_default": "yes"}, "is_default"),
        ({"batch": "x"}, "batch"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_taken_is_422_at_its_field(
    api: Api, product: Product, values: dict[str, Any], field: str
) -> None:
    answer = add(api, product, **values)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert not Link.objects.exists()


def test_a_batch_of_another_product_or_company_is_refused(api: Api, product: Product) -> None:
    mine, theirs = (picos(1, other)[0].batch for other in (a_product(product.company), a_product()))
    assert mine
    assert theirs
    assert add(api, product, batch=str(mine.pk)).json()["errors"] == {"batch": ["This batch is of another product."]}
    assert add(api, product, batch=str(theirs.pk)).status_code == 404
    assert not Link.objects.exists()


def test_the_same_link_twice_is_refused_and_in_another_language_taken(api: Api, product: Product) -> None:
    assert add(api, product).status_code == 201
    assert add(api, product).json()["errors"] == {"href": ["This link is there already."]}
    assert add(api, product, language="de").status_code == 201


def test_there_is_one_default_for_the_product_and_one_for_each_batch(product: Product) -> None:
    batch = picos(1, product)[0].batch
    first, of_batch, last = (a_link(product, is_default=True, batch=one) for one in (None, batch, None))
    assert set(Link.objects.filter(is_default=True)) == {of_batch, last}
    assert first in Link.objects.all()


def test_there_is_a_most(api: Api, product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "MOST", 1)
    assert add(api, product).status_code == 201
    assert add(api, product, language="de").status_code == 409


def test_the_product_knows_whether_there_are_links(api: Api, product: Product) -> None:
    batch = picos(1, product)[0].batch
    assert flags(product) == (False, False)
    one = a_link(product, batch=batch)
    assert flags(product) == (False, True)
    other = a_link(product)
    assert flags(product) == (True, True)
    links.remove_link(one)
    links.remove_link(one)
    assert flags(product) == (True, False)
    assert api(product.company).delete(f"/products/{product.pk}/links/{other.pk}").status_code == 204
    assert flags(product) == (False, False)
    assert api(product.company).delete(f"/products/{product.pk}/links/{other.pk}").status_code == 404


def test_a_link_is_not_taken_away_by_way_of_another_product(api: Api, product: Product) -> None:
    link = a_link(product)
    other = a_product(product.company)
    assert api(product.company).delete(f"/products/{other.pk}/links/{link.pk}").status_code == 404
    assert Link.objects.get() == link


def order(api: Api, product: Product, lot: Any) -> Any:
    return api(product.company).post("/batches", {"product": str(product.pk), "count": 1, "lot": lot})


def test_a_batch_has_its_lot(api: Api, product: Product) -> None:
    answer = order(api, product, " 26/03-A ")
    assert (answer.status_code, answer.json()["lot"]) == (202, "26/03-A")
    assert order(api, product, "").json()["lot"] == ""
    assert order(api, product, "").status_code == 202
    assert api(product.company).get(f"/batches/{answer.json()['id']}").json()["lot"] == "26/03-A"


@pytest.mark.parametrize("lot", ["x" * 21, "a b", "é", "a#b", "a\nb"])
def test_what_is_no_lot_is_422_at_its_field(api: Api, product: Product, lot: str) -> None:
    answer = order(api, product, lot)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["lot"])
    assert not Batch.objects.exists()


def test_a_lot_is_of_one_batch_of_its_product(api: Api, product: Product) -> None:
    assert order(api, product, "26-03").status_code == 202
    assert order(api, product, "26-03").json()["errors"] == {"lot": ["There is a batch of lot 26-03 already."]}
    assert order(api, a_product(product.company), "26-03").status_code == 202
