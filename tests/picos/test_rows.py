"""Rows by COPY and by prepared statements are what the ORM would have written and read."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from uuid_utils.compat import uuid7

from journals.models import Entry
from picos.models import Product
from picos.rows import columns, new, rows_by_id, rows_where, write_rows
from rules.models import Run
from tests.factories import a_company, a_conduit, a_product, a_rule

pytestmark = pytest.mark.django_db


def runs(count: int, **values: Any) -> list[Run]:
    rule = a_rule(a_company())
    given = {"rule_id": rule.pk, "version_id": rule.version_id, "event_type": "pico.lost", "outcome": "fired"} | values
    return [new(Run, event_id=uuid7(), **given) for _ in range(count)]


def test_what_is_written_is_what_the_orm_reads() -> None:
    rows = runs(3, trace=[{"field": "a\tb\\N\n", "saw": None}], actions=[{"detail": "‘ö’ \U0001f45e"}])
    write_rows(rows)
    assert [row._state.adding for row in rows] == [False] * 3
    for row in rows:
        again = Run.objects.get(pk=row.pk)
        assert {name: getattr(again, name) for name in columns(Run)} == {
            name: getattr(row, name) for name in columns(Run)
        }


def test_what_is_made_new_is_what_the_model_makes() -> None:
    conduit = a_conduit()
    by_hand = new(Entry, journal_id=conduit.journal_id, body="Hello")
    by_model = Entry(journal_id=conduit.journal_id, body="Hello")
    different = {name for name in columns(Entry) if getattr(by_hand, name) != getattr(by_model, name)}
    assert different == {"id"}
    assert by_hand._state.adding


def test_rows_do_not_share_what_can_change() -> None:
    one, other = runs(2)
    one.trace.append({})
    assert other.trace == []


def test_a_member_of_an_enumeration_is_written_as_its_text() -> None:
    write_rows(runs(1, outcome=Run.Outcome.NOT_MATCHED))
    assert Run.objects.get().outcome == "not_matched"


def test_one_that_the_database_refuses_undoes_all() -> None:
    rows = runs(2)
    rows[1].event_id = rows[0].event_id
    with pytest.raises(IntegrityError), transaction.atomic():
        write_rows(rows)
    assert not Run.objects.exists()


def test_rows_are_read_as_the_orm_reads_them() -> None:
    product = a_product(a_company(), name="Boot ‘ö’")
    (read,) = rows_where(Product, "name = %b", "Boot ‘ö’")
    assert read == product
    assert {name: getattr(read, name) for name in columns(Product)} == {
        name: getattr(Product.objects.get(), name) for name in columns(Product)
    }
    assert rows_by_id(Product, {product.pk, uuid7()}) == {product.pk: product}
    assert rows_by_id(Product, []) == {}


def test_nothing_is_written_for_no_rows() -> None:
    write_rows([])
    assert not Run.objects.exists()
