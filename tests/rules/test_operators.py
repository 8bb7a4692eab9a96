"""Each operator's table: what it says of what it sees; None where the two cannot be compared."""

import datetime as dt
from typing import Any

import pytest

from rules.operators import OPERATORS

Truth = bool | None
NOON = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
NOON_IN_BERLIN, AFTER_NOON = "2026-11-21T13:00:00+01:00", "2026-11-21T12:00:01Z"

TABLE: list[tuple[str, Any, Any, Truth]] = [
    ("is", "a", "a", True),
    ("is", "a", "A", False),
    ("is", 1, 1.0, True),
    ("is", 1, "1", False),
    ("is", True, 1, False),
    ("is", 0, False, False),
    ("is", False, False, True),
    ("is", ["a"], "a", False),
    ("is", {"a": 1}, "a", False),
    ("is_not", "a", "b", True),
    ("is_not", "a", "a", False),
    ("is_not", True, 1, True),
    ("in", "a", ["b", "a"], True),
    ("in", "c", ["b", "a"], False),
    ("in", 1, [True, "1"], False),
    ("in", 1.0, [2, 1], True),
    ("contains", "moccasin", "cas", True),
    ("contains", "moccasin", "CAS", False),
    ("contains", ["sole", "heel"], "sole", True),
    ("contains", ["soles"], "sole", False),
    ("contains", 12, "1", None),
    ("contains", True, "True", None),
    ("prefix", "CM-3000", "CM-", True),
    ("prefix", "CM-3000", "3000", False),
    ("prefix", 3000, "3", None),
    ("suffix", "CM-3000", "3000", True),
    ("suffix", "CM-3000", "CM-", False),
    ("suffix", None, "x", None),
    ("gt", 2, 1, True),
    ("gt", 1, 1, False),
    ("gt", 1.5, 1, True),
    ("gt", True, 0, None),
    ("gt", "2", 1, None),
    ("gt", "b", "a", None),
    ("gt", [2], 1, None),
    ("gte", 1, 1, True),
    ("gte", 0, 1, False),
    ("lt", 1, 2, True),
    ("lt", 2, 2, False),
    ("lte", 2, 2, True),
    ("lte", 3, 2, False),
    ("gt", NOON, NOON_IN_BERLIN, False),
    ("gte", NOON, NOON_IN_BERLIN, True),
    ("lt", NOON, AFTER_NOON, True),
    ("lt", "2026-11-21T11:00:00Z", NOON_IN_BERLIN, True),
    ("lt", "2026-11-21T11:00:00", NOON_IN_BERLIN, None),
    ("lt", "2026-99-21T11:00:00Z", NOON_IN_BERLIN, None),
    ("lt", NOON, 5, None),
    ("gt", 10**400, 5, True),
    ("exists", "anything", True, True),
]


@pytest.mark.parametrize(("name", "seen", "given", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_an_operator_says(name: str, seen: Any, given: Any, expected: Truth) -> None:
    assert OPERATORS[name].test(seen, given) is expected


def test_every_operator_is_in_the_table() -> None:
    assert {row[0] for row in TABLE} == set(OPERATORS)


def test_an_operator_says_in_words_what_no_other_says() -> None:
    words = [operator.words for operator in OPERATORS.values()]
    assert len(set(words)) == len(words)
