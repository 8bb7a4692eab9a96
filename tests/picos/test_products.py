"""Adding products through the API."""

from typing import Any

import pytest

from picos.models import Product
from tests.conduits.at_once import at_once
from tests.conftest import Api, ApiClient
from tests.factories import a_company, a_key, a_product

pytestmark = pytest.mark.django_db

MOCCASIN = {"name": "Moccasin", "sku": "M-1"}


def test_a_product_is_added_and_shown(api: Api) -> None:
    company = a_company()
    answer = api(company).post(
        "/products",
        {"name": " Moccasin ", "sku": "M-1", "gtin": "4006381333931", "description": "Soft.", "claim_policy": "pin"},
    )

    product = Product.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": str(product.pk),
        "name": "Moccasin",
        "sku": "M-1",
        "gtin": "04006381333931",
        "description": "Soft.",
        "claim_policy": "pin",
        "created_at": product.created_at.isoformat().replace("+00:00", "Z"),
    }
    assert (product.company, product.claim_policy) == (company, "pin")
    assert api(company).get(f"/products/{product.pk}").json() == answer.json()


def test_a_product_needs_only_name_and_sku(api: Api) -> None:
    answer = api(a_company()).post("/products", MOCCASIN)
    shown = answer.json()
    assert (shown["gtin"], shown["description"], shown["claim_policy"]) == ("", "", "open")


def test_a_gtin_that_is_none_is_422_at_its_field(api: Api) -> None:
    asking = api(a_company())
    for gtin, why in (
        ("4006381333932", "The last digit of this GTIN does not fit the others."),
        ("12", "A GTIN has 8, 12, 13 or 14 digits."),
    ):
        answer = asking.post("/products", MOCCASIN | {"gtin": gtin})
        assert (answer.status_code, answer.json()["errors"]) == (422, {"gtin": [why]})
    assert not Product.objects.exists()


def test_a_sku_or_gtin_that_the_company_uses_already_is_422_at_its_field(api: Api) -> None:
    company = a_company()
    a_product(company, sku="M-1", gtin="4006381333931")
    asking = api(company)

    again = asking.post("/products", MOCCASIN)
    same_gtin = asking.post("/products", MOCCASIN | {"sku": "M-2", "gtin": "04006381333931"})

    assert again.json()["errors"] == {"sku": ["You have a product with this SKU already."]}
    assert same_gtin.json()["errors"] == {"gtin": ["You have a product with this GTIN already."]}
    assert Product.objects.count() == 1


def test_products_without_a_gtin_are_no_duplicates(api: Api) -> None:
    asking = api(a_company())
    for sku in ("M-1", "M-2"):
        assert asking.post("/products", MOCCASIN | {"sku": sku}).status_code == 201


def test_another_company_may_have_the_same_sku_and_gtin(api: Api) -> None:
    for company in (a_company(), a_company()):
        answer = api(company).post("/products", MOCCASIN | {"gtin": "4006381333931"})
        assert answer.status_code == 201


@pytest.mark.django_db(transaction=True)
def test_of_two_that_are_added_at_once_one_is_a_duplicate() -> None:
    key = a_key(a_company())
    answers: list[Any] = at_once(*[lambda: ApiClient(key).post("/products", MOCCASIN)] * 3)
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422]
    assert Product.objects.count() == 1


def test_a_company_lists_its_own_products_newest_first(api: Api, django_assert_num_queries: Any) -> None:
    company = a_company()
    a_product()
    products = [a_product(company) for _ in range(3)]
    asking = api(company)
    # The key, its use, the throttle, the rows.
    with django_assert_num_queries(4):
        answer = asking.get("/products")
    assert [row["id"] for row in answer.json()["results"]] == [str(product.pk) for product in reversed(products)]
