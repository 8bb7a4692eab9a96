"""What stands in `if`. Each kind is one module here with the same five names; adding one touches no other file.

NAME      the key that tells it, such as `all`
WEIGHT    how many of the MOST comparisons it counts for; 0 for one that holds others under its key
Settings  a pydantic model
compiled  from settings to a check, which adds what it saw to the run's trace
sentence  a phrase that no other condition reads as, in brackets where it joins several

Every condition is true, false or missing. What is missing is never taken for true, nor for false.
"""

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, Final, Protocol, TypeAlias, cast

from pydantic import BeforeValidator

from rules.engine.moment import Moment
from rules.language.comparing import Read, Truth
from rules.language.fields import read_field
from rules.language.one_of import OneOf
from rules.language.shapes import Strict, shape
from rules.traces import Trace

DEEPEST: Final = 5
MOST: Final = 50

Check = Callable[[Read, Trace], Truth]


class Member(Protocol):
    """The five names of a condition's module."""

    NAME: str
    WEIGHT: int
    Settings: type[Strict]

    def compiled(self, settings: Any) -> Check:
        """Looks at every comparison, also when the first has decided, so that the trace is whole."""
        ...

    def sentence(self, settings: Any) -> str:
        """Completes "IF … AND"."""
        ...


@cache
def members() -> dict[str, Member]:
    """All of them, by name."""
    modules = [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
    return {module.NAME: cast("Member", module) for module in modules}


def _models() -> dict[str, type[Strict]]:
    return {name: member.Settings for name, member in members().items()}


def _bounded(raw: Any) -> Any:
    """At most MOST comparisons, DEEPEST deep; before anything is checked one by one."""
    weight, todo = 0, [(raw, 1)]
    while todo:
        one, depth = todo.pop()
        if not isinstance(one, dict):
            continue
        member = members()[_shape_of(one)]
        weight += member.WEIGHT
        if depth > DEEPEST or weight > MOST:
            raise ValueError(f"a condition has at most {MOST} comparisons, {DEEPEST} deep")
        if not member.WEIGHT:
            inner = one[member.NAME]
            todo += [(each, depth + 1) for each in (inner if isinstance(inner, list) else [inner])]
    return raw


def _shape_of(raw: dict[str, Any]) -> str:
    return shape(*members(), otherwise="field")(raw)[1:-1]


# A condition within another; a type of its own, so that the bounds are looked at once.
Inner: TypeAlias = Annotated[Strict, OneOf(_models, otherwise="field")]
Condition: TypeAlias = Annotated[Inner, BeforeValidator(_bounded)]


def compiled(condition: Strict | None) -> Callable[[Read], tuple[Truth, Trace]]:
    """From a reader of fields to the condition's truth, and a line for each comparison. No condition is true.

    To be kept with the rule's version: compiling takes far longer than a look.
    """
    check = None if condition is None else check_of(condition)

    def look(read: Read) -> tuple[Truth, Trace]:
        trace: Trace = []
        return (check(read, trace) if check else True), trace

    return look


def reading(moment: Moment) -> Read:
    """Reads each field of the moment once, however many comparisons name it, as some ask the database."""
    known: dict[str, Any] = {}

    def read(name: str) -> Any:
        if name not in known:
            known[name] = read_field(name, moment)
        return known[name]

    return read


def evaluate(condition: Strict | None, moment: Moment) -> tuple[Truth, Trace]:
    """The truth of it (None: missing), and a line for each comparison."""
    return compiled(condition)(reading(moment))


def check_of(condition: Strict) -> Check:
    """One condition's, for those that hold it."""
    return _member_of(condition).compiled(condition)


def phrase(condition: Strict) -> str:
    """The condition as a phrase that can stand beside others."""
    return _member_of(condition).sentence(condition)


def phrases(condition: Strict | None) -> list[str]:
    """All that must hold, each by itself."""
    if condition is None:
        return []
    all_of = getattr(condition, "all", None)
    return [phrase(one) for one in all_of] if all_of else [phrase(condition)]


def sentence(condition: Strict | None) -> str:
    """Completes "IF … AND"; two conditions that mean different things never read the same."""
    return " AND ".join(phrases(condition))


def _member_of(condition: Strict) -> Member:
    return _by_model()[type(condition)]


@cache
def _by_model() -> dict[type[Strict], Member]:
    return {member.Settings: member for member in members().values()}
