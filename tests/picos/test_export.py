"""A batch as CSV for a print shop."""

import csv
import io
import re
from typing import Any

import pytest

from picos.models import Pico
from picos.pins import is_pin_of
from tests.conftest import Api
from tests.factories import a_key, a_product, picos

pytestmark = pytest.mark.django_db


def exported(api: Api, rows: list[Pico]) -> list[dict[str, str]]:
    product, batch = rows[0].product, rows[0].batch
    assert product
    assert batch
    answer = api(product.company).get(f"/batches/{batch.pk}/labels.csv")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="sku-\d+-\d+-\d{8}-\d{6}\.csv"', answer["Content-Disposition"])
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode(), newline="")))


def test_each_copy_is_a_row_in_the_order_of_minting(api: Api) -> None:
    rows = picos(5, serials=["5", "4", "3", "2", "1"])
    assert exported(api, rows) == [
        {
            "code": pico.code,
            "printed": f"{pico.code[:4]}-{pico.code[4:8]}-{pico.code[8:12]}-{pico.code[12:]}",
            "url": f"HTTP://PICO.TEST/P/{pico.code}",
            "serial": pico.serial,
            "pin": "",
        }
        for pico in rows
    ]


def test_the_pin_is_printed_where_claiming_takes_one(api: Api) -> None:
    rows = picos(5, a_product(claim_policy="pin"))
    for pico, row in zip(rows, exported(api, rows), strict=True):
        assert is_pin_of(pico, row["pin"])


def test_pins_are_exported_to_keys_that_may_write_products_alone(api: Api) -> None:
    with_pins, without = picos(1, a_product(claim_policy="pin"))[0], picos(1)[0]
    for pico, scope, status in (
        (with_pins, "products:read", 403),
        (with_pins, "products:write", 200),
        (without, "products:read", 200),
    ):
        assert pico.product
        answer = api(a_key(pico.product.company, scope)).get(f"/batches/{pico.batch_id}/labels.csv")
        assert answer.status_code == status
        answer.getvalue()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_serial_is_no_formula_in_a_spreadsheet(start: str, api: Api) -> None:
    serials = [f"{start}cmd|' /C calc'!A0", f"1{start}1"]
    rows = picos(2)
    Pico.objects.filter(pk=rows[0].pk).update(serial=serials[0])
    Pico.objects.filter(pk=rows[1].pk).update(serial=serials[1])
    assert [row["serial"] for row in exported(api, rows)] == [f"'{serials[0]}", serials[1]]


@pytest.mark.parametrize("serial", ['say "5"', "a,b", "a;b", "one\ntwo", "Größe 38"])
def test_a_serial_with_commas_quotes_or_lines_stays_one_field(serial: str, api: Api) -> None:
    assert [row["serial"] for row in exported(api, picos(1, serials=[serial]))] == [serial]


def test_an_export_takes_few_queries(api: Api, django_assert_num_queries: Any) -> None:
    rows = picos(50)
    # The test's own key, the key and its use, the throttle, the batch, a savepoint and the rows.
    with django_assert_num_queries(7):
        assert len(exported(api, rows)) == 50


def test_a_batch_that_is_still_being_minted_exports_what_there_is(api: Api) -> None:
    rows = picos(3)
    Pico.objects.filter(pk=rows[2].pk).delete()
    assert [row["code"] for row in exported(api, rows)] == [rows[0].code, rows[1].code]
