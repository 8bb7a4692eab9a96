"""Of many values on one stage each is told that fails, and none sees what another wrote."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from parties.models import Company
from tests.each import each
from tests.factories import a_company

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return a_company("LAMO")


@each("name, number", [("Zeta", 1), ("Alpha", 2)])
def test_each_begins_where_the_first_began(company: Company, name: str, number: int) -> None:
    assert [one.name for one in Company.objects.all()] == ["LAMO"]
    a_company(f"{name} {number}")
    assert Company.objects.count() == 2


def test_none_hides_behind_the_first_that_fails() -> None:
    failed: list[str] = []

    class Noting:
        @contextmanager
        def test(self, message: str) -> Iterator[None]:
            try:
                yield
            except AssertionError:
                failed.append(message)

    @each("value", [1, 2, 3, 4])
    def is_even(value: int) -> None:
        a_company(f"{value}")
        assert value % 2 == 0

    is_even(subtests=Noting())

    assert failed == ["{'value': 1}", "{'value': 3}"]
    assert not Company.objects.exists()
