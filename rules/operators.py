"""How a condition's leaf compares the value it sees with the one it was given."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime


@dataclass(frozen=True, slots=True)
class Operator:
    """`test(seen, given)` is None when the two cannot be compared; `words` stand between the two in a sentence."""

    words: str
    test: Callable[[Any, Any], bool | None]
    # The JSON types that the given value may have.
    takes: tuple[type, ...] = (str, int, float, bool)


def _same(seen: Any, given: Any) -> bool:
    """Equal, and not by Python's accident that True == 1."""
    return isinstance(seen, bool) == isinstance(given, bool) and bool(seen == given)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool | None]:
    """Numbers with numbers, times with times; anything else cannot be compared."""

    def test(seen: Any, given: Any) -> bool | None:
        left, right = _orderable(seen), _orderable(given)
        return compare(left, right) if left is not None and type(left) is type(right) else None

    return test


def _orderable(value: Any) -> float | datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        try:
            at = parse_datetime(value)
        except ValueError:
            return None
        return at if at and at.tzinfo else None
    return None


def _text(test: Callable[[str, str], bool]) -> Callable[[Any, Any], bool | None]:
    return lambda seen, given: test(seen, given) if isinstance(seen, str) and isinstance(given, str) else None


OPERATORS: dict[str, Operator] = {
    "is": Operator("is", _same),
    "is_not": Operator("is not", lambda seen, given: not _same(seen, given)),
    "in": Operator("is one of", lambda seen, given: any(_same(seen, one) for one in given), (list,)),
    "contains": Operator(
        "contains",
        lambda seen, given: given in seen if isinstance(seen, (str, list)) and isinstance(given, str) else None,
        (str,),
    ),
    "prefix": Operator("starts with", _text(str.startswith), (str,)),
    "suffix": Operator("ends with", _text(str.endswith), (str,)),
    "gt": Operator("is more than", _ordered(lambda left, right: left > right), (int, float, str)),
    "gte": Operator("is at least", _ordered(lambda left, right: left >= right), (int, float, str)),
    "lt": Operator("is less than", _ordered(lambda left, right: left < right), (int, float, str)),
    "lte": Operator("is at most", _ordered(lambda left, right: left <= right), (int, float, str)),
    "exists": Operator("is there:", lambda _, given: given, (bool,)),
}
