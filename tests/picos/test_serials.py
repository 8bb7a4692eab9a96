"""Serials by a pattern: each number once, from where the last batch ended, and none that a copy has already."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parties.errors import RefusedError, StateForbidsError
from picos import minting
from picos.minting import cancel_batch, mint, order_batch
from picos.models import Batch, Pico, Product
from picos.serials import Pattern, parse_pattern
from tests.conftest import Api
from tests.factories import a_product, picos

AT = datetime(2026, 11, 22, tzinfo=UTC)
affix = st.text(st.characters(codec="ascii", exclude_characters="{}", categories=["L", "N", "P"]), max_size=8)
patterns = st.builds(Pattern, affix, st.integers(1, 8), affix)


@given(patterns)
def test_a_pattern_is_read_back_as_it_is_written(pattern: Pattern) -> None:
    assert parse_pattern(str(pattern), at=AT) == pattern


@given(patterns, st.integers(0, 10**9))
def test_the_number_in_a_serial_is_found_again(pattern: Pattern, number: int) -> None:
    assert pattern.number_of(pattern.serial(number)) == number


@given(patterns, st.text(max_size=12))
def test_what_is_no_serial_of_the_pattern_has_no_number(pattern: Pattern, text: str) -> None:
    number = pattern.number_of(text)
    assert number is None or pattern.serial(number) == text


@pytest.mark.parametrize(
    ("typed", "serial"),
    [
        ("LM-{year}-{n:06}", "LM-2026-000007"),
        ("{n}", "7"),
        (" A{n:03}/B ", "A007/B"),
        ("{year}{n:01}", "20267"),
    ],
)
def test_a_pattern_numbers_as_it_reads(typed: str, serial: str) -> None:
    assert parse_pattern(typed, at=AT).serial(7) == serial


@pytest.mark.parametrize(
    "typed", ["", "LM-", "{n}{n}", "{n:6}", "{n:0}", "{n:099}", "{N}", "{n}{month}", "{n}}", "{{n}}", "{n!r}", "{year}"]
)
def test_what_is_no_pattern_is_said(typed: str) -> None:
    with pytest.raises(RefusedError) as refused:
        parse_pattern(typed, at=AT)
    assert refused.value.field == "pattern"


pytest_db = pytest.mark.django_db


def numbered(product: Product, count: int, pattern: str = "LM-{n:03}", **values: Any) -> list[str]:
    return [pico.serial for pico in picos(count, product, pattern=pattern, **values)]


@pytest_db
def test_a_batch_goes_on_where_the_last_one_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minting, "CHUNK", 2)
    product = a_product()
    assert numbered(product, 3) == ["LM-001", "LM-002", "LM-003"]
    assert numbered(product, 2) == ["LM-004", "LM-005"]
    assert numbered(product, 1, first_number=50) == ["LM-050"]
    assert numbered(product, 1) == ["LM-051"]
    assert numbered(product, 1, pattern="X{n}") == ["X1"]
    assert numbered(a_product(), 1) == ["LM-001"]


@pytest_db
def test_after_a_cancelled_batch_it_goes_on_where_that_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minting, "CHUNK", 2)
    product = a_product()
    batch = order_batch(product=product, count=5, pattern="{n}")
    minting._mint_chunk(batch.pk)
    cancel_batch(batch)
    assert numbered(product, 2, pattern="{n}") == ["3", "4"]


@pytest_db
@pytest.mark.parametrize(
    ("taken", "pattern", "why"),
    [
        ("LM-002", "LM-{n:03}", "Serial LM-002 is taken."),
        ("LM-2", "LM-{n:03}", None),
        ("LM-0002", "LM-{n:03}", None),
        ("LM-004", "LM-{n:03}", None),
        ("lm-002", "LM-{n:03}", None),
        ("LM-002x", "LM-{n:03}", None),
        ("3%", "{n}%", "Serial 3% is taken."),
        ("١", "{n}", None),
    ],
)
@pytest.mark.parametrize("minted", [True, False])
def test_a_number_that_is_taken_is_found_before_minting(
    taken: str, pattern: str, why: str | None, minted: bool
) -> None:
    product = a_product()
    batch = order_batch(product=product, count=1, serials=[taken])
    if minted:
        mint(batch.pk)
    if why is None:
        assert len(numbered(product, 3, pattern)) == 3
        return
    with pytest.raises(RefusedError, match=why) as refused:
        order_batch(product=product, count=3, pattern=pattern)
    assert refused.value.field == "first_number"
    assert Batch.objects.count() == 1


@pytest_db
def test_what_a_waiting_batch_will_number_is_taken() -> None:
    product = a_product()
    order_batch(product=product, count=10, pattern="LM-{n:03}")
    with pytest.raises(RefusedError, match="Serial LM-010 is taken"):
        order_batch(product=product, count=1, serials=["LM-010"])
    with pytest.raises(RefusedError, match="Serial LM-010 is taken"):
        order_batch(product=product, count=5, pattern="LM-{n:03}", first_number=10)
    with pytest.raises(StateForbidsError, match="A batch numbered LM-{n:03} is still being minted"):
        order_batch(product=product, count=5, pattern="LM-{n}")
    assert Batch.objects.count() == 1
    assert order_batch(product=product, count=1, serials=["LM-011"]).count == 1
    assert order_batch(product=product, count=1, pattern="X-{n}").first_number == 1


@pytest_db
@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"pattern": "LM-{n:02}", "count": 100}, {"pattern": ["2 figures have no room for number 100."]}),
        (
            {"pattern": "x" * 47 + "{n}", "first_number": 1000},
            {"pattern": ["A serial number has at most 50 letters and figures."]},
        ),
        (
            {"pattern": "A", "count": 1},
            {"pattern": ["A pattern has one {n} where the number goes, or {n:06} to fill it up with zeros."]},
        ),
        ({"pattern": "{n}", "serials": ["a"]}, {"pattern": ["Serials are either given or numbered by a pattern."]}),
    ],
)
def test_a_pattern_that_cannot_be_minted_is_422_at_its_field(values: Any, errors: Any, api: Api) -> None:
    product = a_product()
    answer = api(product.company).post("/batches", {"product": str(product.pk), "count": 1} | values)
    assert (answer.status_code, answer.json()["errors"]) == (422, errors)
    assert not Batch.objects.exists()


@pytest_db
@pytest.mark.parametrize("first", [0, -1, "1", 1.5, 10**16, True])
def test_a_first_number_that_is_none_is_422(first: Any, api: Api) -> None:
    product = a_product()
    body = {"product": str(product.pk), "count": 1, "pattern": "{n}", "first_number": first}
    answer = api(product.company).post("/batches", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["first_number"])


@pytest_db
def test_the_pattern_and_its_first_number_are_told(api: Api) -> None:
    product = a_product()
    body = {"product": str(product.pk), "count": 2, "pattern": "LM-{year}-{n:06}", "first_number": 41}
    answer = api(product.company).post("/batches", body).json()
    assert (answer["pattern"], answer["first_number"]) == (f"LM-{datetime.now(UTC).year}-{{n:06}}", 41)
    mint(answer["id"])
    year = datetime.now(UTC).year
    assert sorted(Pico.objects.values_list("serial", flat=True)) == [f"LM-{year}-000041", f"LM-{year}-000042"]
