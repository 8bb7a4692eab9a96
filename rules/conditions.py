"""Evaluating a condition: each leaf is true, false or missing, and what it saw is kept for the run's trace."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from rules.fields import MISSING, read_field
from rules.language import All, Any_, Condition, Leaf, Not
from rules.moment import Moment
from rules.operators import OPERATORS

Trace = list[dict[str, Any]]
Read = Callable[[str], Any]
SHOWN = 200


def evaluate(condition: Condition | None, moment: Moment) -> tuple[bool | None, Trace]:
    """The truth of it (None: missing), and a line for each leaf looked at. No condition is true.

    Each field is read once, however many leaves name it, as some ask the database.
    """
    trace: Trace = []
    read = cache(lambda name: read_field(name, moment))
    return (True if condition is None else _truth(condition, read, trace)), trace


def _truth(condition: Condition, read: Read, trace: Trace) -> bool | None:
    match condition:
        case Leaf():
            return _leaf(condition, read, trace)
        case Not():
            inner = _truth(condition.not_, read, trace)
            return None if inner is None else not inner
        case All():
            return _all([_truth(one, read, trace) for one in condition.all])
        case Any_():
            return _any([_truth(one, read, trace) for one in condition.any])


def _all(truths: Sequence[bool | None]) -> bool | None:
    if False in truths:
        return False
    return None if None in truths else True


def _any(truths: Sequence[bool | None]) -> bool | None:
    if True in truths:
        return True
    return None if None in truths else False


def _leaf(leaf: Leaf, read: Read, trace: Trace) -> bool | None:
    seen = read(leaf.field)
    result = _compare(leaf, seen)
    trace.append({"field": leaf.field, "op": leaf.op, "value": leaf.value, "seen": _shown(seen), "result": result})
    return result


def _compare(leaf: Leaf, seen: Any) -> bool | None:
    if leaf.op == "exists":
        return bool((seen is not MISSING) == leaf.value)
    return None if seen is MISSING else OPERATORS[leaf.op].test(seen, leaf.value)


def _shown(seen: Any) -> Any:
    if seen is MISSING:
        return None
    if isinstance(seen, datetime):
        return seen.isoformat()
    return seen if isinstance(seen, (bool, int, float)) else str(seen)[:SHOWN]
