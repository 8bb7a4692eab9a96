"""Comparing what the values of several events come to with a number."""

import operator
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from rules.language.durations import Duration, in_words
from rules.triggers.automaton import MICROSECOND, Kept, Moment
from rules.triggers.composite import Composite
from rules.triggers.event import LARGEST_NUMBER, is_number, number_in_words
from rules.triggers.patterns import Pattern, Say

if TYPE_CHECKING:
    from rules.triggers.patterns import Inner

# The newest of a window; a state has to hold each of them.
MOST_VALUES: Final = 100

_TESTS: Final[dict[str, tuple[Callable[[float, float], bool], str]]] = {
    "gt": (operator.gt, "more than"),
    "gte": (operator.ge, "at least"),
    "lt": (operator.lt, "less than"),
    "lte": (operator.le, "at most"),
}


DataField = Annotated[str, Field(max_length=100, pattern=r"^event\.data\.[A-Za-z0-9_.-]+$")]


def _number(value: Any) -> Any:
    if not is_number(value):
        raise ValueError(f"this is a number, up to {LARGEST_NUMBER:.0e} either way")
    return value


Number = Annotated[
    Any,
    AfterValidator(_number),
    WithJsonSchema({"type": "number", "minimum": -LARGEST_NUMBER, "maximum": LARGEST_NUMBER}),
]


class Aggregate(Pattern):
    """Over the times that `of` happened within the last `within`. True where it was false before, at one of them."""

    of: "Inner"
    op: Literal["gt", "gte", "lt", "lte"]
    value: Number
    within: Duration

    @property
    def remembers(self) -> int:
        """The values in the window."""
        return MOST_VALUES


def parts(settings: Aggregate) -> list[Pattern]:
    """What is looked at."""
    return [settings.of]


def say_aggregate(words: str, field: str, settings: Aggregate, say: Say) -> str:
    """Completes "IF …"."""
    compared = f"{_TESTS[settings.op][1]} {number_in_words(settings.value)}"
    within = in_words(settings.within)
    return f"the {words} of {field} becomes {compared} within {within}, taken each time that {say(settings.of)}"


class AggregateMachine(Composite):
    """Of its own it keeps whether the comparison holds, and the values of the window with their times."""

    @property
    def field(self) -> str:
        """What it takes the values from."""
        raise NotImplementedError

    def result(self, values: Sequence[float]) -> float | None:
        """What the values come to; None when nothing can be said of none."""
        raise NotImplementedError

    def begin(self, at: int) -> Kept:
        """It does not hold."""
        return [[self.inner[0].begin(at)], [False, []]]

    def step(self, kept: Kept, moment: Moment) -> tuple[Kept, int | None]:
        """Complete when it comes to hold; what leaves the window can end that, but not bring it about."""
        part = self.inner[0]
        (inner,), (held, values) = kept
        inner, since = part.step(inner, moment)
        if since is None:
            return [[inner], [held, values]], None
        inner = part.again(inner, moment.at)
        value = moment.read(self.field)
        if not is_number(value):
            return [[inner], [held, values]], None
        while values and values[0][0] < moment.at - self.settings.within // MICROSECOND:
            values = values[1:]
            held = held and self._holds(values)
        values = [*values, [moment.at, value]][-MOST_VALUES:]
        holds = self._holds(values)
        return [[inner], [holds, values]], since if holds and not held else None

    def again(self, kept: Kept, at: int) -> Kept:
        """It goes on to hold, until it does not."""
        del at
        return kept

    def _holds(self, values: Sequence[tuple[int, float]]) -> bool:
        result = self.result([value for _, value in values])
        return result is not None and _TESTS[self.settings.op][0](result, self.settings.value)
