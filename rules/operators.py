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
    # Whether it can compare with the given value at all.
    takes: Callable[[Any], bool]


def _same(seen: Any, given: Any) -> bool:
    """Equal, and not by Python's accident that True == 1."""
    return isinstance(seen, bool) == isinstance(given, bool) and bool(seen == given)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool | None]:
    """Numbers with numbers, times with times; anything else cannot be compared."""

    def test(seen: Any, given: Any) -> bool | None:
        left, right = _orderable(seen), _orderable(given)
        if left is None or right is None or isinstance(left, datetime) != isinstance(right, datetime):
            return None
        return compare(left, right)

    return test


def _orderable(value: Any) -> Any:
    if isinstance(value, datetime):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        try:
            at = parse_datetime(value)
        except ValueError:
            return None
        return at if at and at.tzinfo else None
    return None


def _text(test: Callable[[str, str], bool]) -> Callable[[Any, Any], bool | None]:
    return lambda seen, given: test(seen, given) if isinstance(seen, str) and isinstance(given, str) else None


def _is_text(given: Any) -> bool:
    return isinstance(given, str)


def _is_yes_or_no(given: Any) -> bool:
    return isinstance(given, bool)


def _is_list(given: Any) -> bool:
    return isinstance(given, list) and bool(given)


def _is_plain(given: Any) -> bool:
    return isinstance(given, (str, int, float))


def _can_be_ordered(given: Any) -> bool:
    return _orderable(given) is not None


OPERATORS: dict[str, Operator] = {
    "is": Operator("is", _same, _is_plain),
    "is_not": Operator("is not", lambda seen, given: not _same(seen, given), _is_plain),
    "in": Operator("is one of", lambda seen, given: any(_same(seen, one) for one in given), _is_list),
    "contains": Operator(
        "contains",
        lambda seen, given: given in seen if isinstance(seen, (str, list)) and isinstance(given, str) else None,
        _is_text,
    ),
    "prefix": Operator("starts with", _text(str.startswith), _is_text),
    "suffix": Operator("ends with", _text(str.endswith), _is_text),
    "gt": Operator("is more than", _ordered(lambda left, right: left > right), _can_be_ordered),
    "gte": Operator("is at least", _ordered(lambda left, right: left >= right), _can_be_ordered),
    "lt": Operator("is less than", _ordered(lambda left, right: left < right), _can_be_ordered),
    "lte": Operator("is at most", _ordered(lambda left, right: left <= right), _can_be_ordered),
    "exists": Operator("is there:", lambda _, given: given, _is_yes_or_no),
}
