"""Each operator's table: what it says of what it sees; None where the two cannot be compared."""

import datetime as dt
from typing import Any

import pytest

from rules.language.fields import MISSING
from rules.operators import check_value, operators

Truth = bool | None
NOON = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
NOON_IN_BERLIN, AFTER_NOON = "2026-11-21T13:00:00+01:00", "2026-11-21T12:00:01Z"
# The event that the relative times of `before` and `after` count from.
EVENT = {"event.at": NOON, "event.type": "pico.scanned"}

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
    ("matches", "CM-3000", "30+", True),
    ("matches", "CM-3000", "^30+$", False),
    ("matches", "CM-3000", r"^[A-Z]{2}-\d+$", True),
    ("matches", "Straße", "(?i)STRASSE|STRAßE", True),
    ("matches", "cm", "CM", False),
    ("matches", "a\0b", r"a\x00b", True),
    ("matches", 3000, "3", None),
    ("matches", ["CM"], "CM", None),
    ("gt", 2, 1, True),
    ("gt", 1, 1, False),
    ("gt", 1.5, 1, True),
    ("gt", True, 0, None),
    ("gt", "2", 1, None),
    ("gt", "2026-11-21T11:00:00Z", 1, None),
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
    ("lt", "2026-11-20", NOON_IN_BERLIN, None),
    ("lt", NOON, 5, None),
    ("gt", 10**400, 5, True),
    ("lt", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", True),
    ("between", 1, [1, 3], True),
    ("between", 3, [1, 3], True),
    ("between", 3.1, [1, 3], False),
    ("between", 0, [1, 3], False),
    ("between", True, [0, 3], None),
    ("between", "2", [1, 3], None),
    ("between", NOON, [1, 3], None),
    ("between", 2, [NOON_IN_BERLIN, AFTER_NOON], None),
    ("between", NOON, [NOON_IN_BERLIN, AFTER_NOON], True),
    ("between", "2026-11-21T12:00:02Z", [NOON_IN_BERLIN, AFTER_NOON], False),
    ("between", NOON, ["2026-11-21", "2026-11-21"], True),
    ("between", "2026-11-21", ["2026-11-20", "2026-11-21"], True),
    ("between", "2026-11-22", ["2026-11-20", "2026-11-21"], False),
    ("between", "2026-11-21", ["2026-11-20", AFTER_NOON], False),
    ("between", "yesterday", ["2026-11-20", "2026-11-21"], None),
    ("before", NOON, AFTER_NOON, True),
    ("before", NOON, NOON_IN_BERLIN, False),
    ("before", "2026-11-20", "2026-11-21", True),
    ("before", "2026-11-21", "2026-11-21", False),
    ("before", "2026-11-20", NOON_IN_BERLIN, True),
    ("before", "2026-11-21", NOON_IN_BERLIN, False),
    ("before", "2026-11-20T23:59:59Z", "2026-11-21", True),
    ("before", "2026-11-21T00:30:00+01:00", "2026-11-21", True),
    ("before", NOON, "2026-11-21", False),
    ("before", "2026-11-21T09:59:59Z", {"ago": "PT2H"}, True),
    ("before", "2026-11-21T10:00:00Z", {"ago": "PT2H"}, False),
    ("before", "2026-12-20", {"in": "P30D"}, True),
    ("before", "2026-12-21", {"in": "P30D"}, False),
    ("before", "2026-12-21T11:59:59Z", {"in": 30 * 86_400}, True),
    ("before", "soon", "2026-11-21", None),
    ("before", "2026-02-30", "2026-11-21", None),
    ("before", "2026-11-20T10:00:00", "2026-11-21", None),
    ("before", 20261120, "2026-11-21", None),
    ("before", "20261120", "2026-11-21", None),
    ("after", AFTER_NOON, NOON_IN_BERLIN, True),
    ("after", NOON, NOON_IN_BERLIN, False),
    ("after", "2026-11-21", "2026-11-20", True),
    ("after", "2026-11-21", "2026-11-21", False),
    ("after", "2026-11-21", NOON_IN_BERLIN, False),
    ("after", "2026-11-22", NOON_IN_BERLIN, True),
    ("after", "2026-11-21T10:00:01Z", {"ago": "PT2H"}, True),
    ("after", "2026-11-21T10:00:00Z", {"ago": "PT2H"}, False),
    ("after", "2026-12-22", {"in": "P30D"}, True),
    ("after", "2026-12-21", {"in": "P30D"}, False),
    ("region", "DE-BY", "DE", True),
    ("region", "DE", "DE", True),
    ("region", "DE-BY", "DE-BY", True),
    ("region", "DE-BE", "DE-BY", False),
    ("region", "AT", "DE-BY", False),
    ("region", "AT-9", "DE", False),
    # In Germany, so perhaps in Bavaria.
    ("region", "DE", "DE-BY", None),
    ("region", "DEX", "DE", None),
    ("region", "Bavaria", "DE", None),
    ("region", "", "DE", None),
    ("region", 49, "DE", None),
    ("exists", "anything", True, True),
    ("exists", "anything", False, False),
    ("exists", MISSING, True, False),
    ("exists", MISSING, False, True),
    ("changed", "red", True, False),
]
NEVER_MISSING = {"exists", "changed"}


def read(name: str) -> Any:
    return EVENT.get(name, MISSING)


def compiled(name: str, given: Any, *, field: str = "pico.state.colour") -> Any:
    check_value(name, given)
    return operators()[name].compiled(field, given)


@pytest.mark.parametrize(("name", "seen", "given", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_an_operator_says(name: str, seen: Any, given: Any, expected: Truth) -> None:
    assert compiled(name, given)(seen, read) is expected


def test_every_operator_is_in_the_table() -> None:
    assert {row[0] for row in TABLE} == set(operators())


@pytest.mark.parametrize(("name", "given"), [(row[0], row[2]) for row in TABLE if row[0] not in NEVER_MISSING])
def test_what_is_missing_stays_missing(name: str, given: Any) -> None:
    assert compiled(name, given)(MISSING, read) is None


@pytest.mark.parametrize("given", [{"ago": "PT2H"}, {"in": "PT2H"}])
def test_a_time_counted_from_an_event_without_time_is_missing(given: Any) -> None:
    assert compiled("before", given)(NOON, lambda _: MISSING) is None
