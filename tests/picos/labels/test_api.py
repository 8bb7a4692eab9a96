"""What the doors to labels refuse: wrong parameters, batches that are not ready, PINs for keys that may not have them."""

from typing import Any

import pytest

from picos import minting
from picos.labels.sheets import sheets
from picos.models import Batch, Pico
from tests.conftest import Api, ApiClient
from tests.each import each
from tests.factories import a_key, a_product, picos

pytestmark = pytest.mark.django_db

KINDS = ("pdf", "zpl", "csv", "zip")


@pytest.fixture
def three() -> Pico:
    """One of a batch of three."""
    return picos(3)[0]


@pytest.fixture
def asking(three: Pico, api: Api) -> ApiClient:
    """Whose batch it is."""
    assert three.product
    return api(three.product.company)


@pytest.mark.parametrize("kind", KINDS)
@each(
    "query, field, why",
    [
        ({"sheet": "9999"}, "sheet", f"There is no such sheet; there are {', '.join(sheets())}."),
        ({"sheet": "5160", "start": "31"}, "start", "This sheet has 30 labels."),
        ({"start": "0"}, "start", "It has to be at least 1."),
        ({"start": "first"}, "start", "Send a whole number."),
        ({"copies": "21"}, "copies", "It has to be at most 20."),
        ({"x": "20.1"}, "x", "It has to be at most 20."),
        ({"y": "nan"}, "y", "Send a number."),
        ({"fields": "code,pni"}, "fields.1", "Choose 'code', 'name', 'serial', 'sku', 'company' or 'pin'."),
        ({"first": "4"}, "first", "This batch has 3 copies."),
        ({"count": "0"}, "count", "It has to be at least 1."),
        ({"dpi": "204"}, "dpi", "Choose 203, 300 or 600."),
        ({"width": "1"}, "width", "It has to be at least 15."),
        ({"height": "1e9"}, "height", "It has to be at most 300."),
        ({"strat": "4"}, "strat", "There is no such field."),
    ],
)
def test_a_parameter_that_cannot_be_taken_is_told(
    three: Pico, asking: ApiClient, kind: str, query: dict[str, str], field: str, why: str
) -> None:
    answer = asking.get(f"/batches/{three.batch_id}/labels.{kind}", query)
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert answer.json()["errors"] == {field: [why]}


@pytest.mark.parametrize("kind", KINDS)
@each("query", ["start=1&start=2", "dpi=%00", "sheet=%00", "sheet=", "fields=%F0%9F", "x=1e999", "count=²"])
def test_hostile_parameters_are_no_more_than_wrong(three: Pico, asking: ApiClient, kind: str, query: str) -> None:
    assert asking.get(f"/batches/{three.batch_id}/labels.{kind}?{query}").status_code == 422


@pytest.mark.parametrize("kind", KINDS)
def test_labels_wait_until_all_are_minted(kind: str, api: Api) -> None:
    product = a_product()
    batch = minting.order_batch(product=product, count=3)
    asking = api(product.company)
    answer = asking.get(f"/batches/{batch.pk}/labels.{kind}")
    assert answer.status_code == 409
    assert answer.json()["detail"] == "0 of 3 are minted; labels can be had when all are."
    minting.mint(batch.pk)
    assert asking.get(f"/batches/{batch.pk}/labels.{kind}").status_code == 200


@pytest.mark.parametrize("kind", KINDS)
def test_a_cancelled_batch_has_labels_of_what_was_minted(kind: str, api: Api) -> None:
    pico = picos(3)[0]
    assert pico.product
    Batch.objects.update(state="cancelled", count=10)
    assert api(pico.product.company).get(f"/batches/{pico.batch_id}/labels.{kind}").status_code == 200


def asked(api: Api, pico: Any, scope: str, what: str) -> int:
    answer = api(a_key(pico.product.company, scope)).get(f"/batches/{pico.batch_id}/{what}")
    answer.getvalue()
    return int(answer.status_code)


@pytest.mark.parametrize("kind", ["pdf", "zpl"])
def test_pins_are_printed_for_keys_that_may_write_products_alone(kind: str, api: Api) -> None:
    with_pins, without = picos(1, a_product(claim_policy="pin"))[0], picos(1)[0]
    for pico, scope, fields, status in (
        (with_pins, "products:read", "code,pin", 403),
        (with_pins, "products:write", "code,pin", 200),
        (with_pins, "products:read", "code", 200),
        (without, "products:read", "code,pin", 200),
    ):
        assert asked(api, pico, scope, f"labels.{kind}?fields={fields}") == status
    assert asked(api, with_pins, "products:read", "labels.zip") == 200


def test_a_sheet_takes_as_many_queries_however_many_labels(api: Api, django_assert_num_queries: Any) -> None:
    pico = picos(60)[0]
    assert pico.product
    asking = api(pico.product.company)
    # The key, its use, the throttle, the batch and the rows.
    with django_assert_num_queries(5):
        asking.get(f"/batches/{pico.batch_id}/labels.pdf").getvalue()
