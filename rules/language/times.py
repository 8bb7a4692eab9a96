"""Points in time that a condition compares with: a date, a time, or so long before or after the event."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from pydantic import Field, TypeAdapter

from rules.language.comparing import DayOrTime, Read, Test, Truth, as_span, as_time
from rules.language.durations import Duration, in_words
from rules.language.fields import MISSING
from rules.language.shapes import Strict

TAKES = 'a date, a time such as 2026-11-21T16:40:00Z, or {"ago": "PT2H"} or {"in": "P30D"}, counted from the event'
Span = tuple[datetime, datetime]


class Ago(Strict):
    """So long before the event."""

    ago: Duration


class FromNow(Strict):
    """So long after the event."""

    in_: Duration = Field(alias="in")


PointInTime: TypeAlias = DayOrTime | Ago | FromNow
_adapter: TypeAdapter[Ago | FromNow] = TypeAdapter(Ago | FromNow)


def against(value: Any, compare: Callable[[Span, Span], bool]) -> Test:
    """A test of the first and the last moment of what is seen and of what was given."""
    fixed = as_span(value)
    distance = timedelta() if fixed else _distance(value)

    def test(seen: Any, read: Read) -> Truth:
        span = None if seen is MISSING else as_span(seen)
        given = fixed or _from(as_time(read("event.at")), distance)
        return None if span is None or given is None else compare(span, given)

    return test


def as_said(value: Any) -> str:
    """As a sentence has it; “now” is when the event happened."""
    if isinstance(value, str):
        return value
    distance = _distance(value)
    return f"{in_words(-distance)} ago" if distance < timedelta() else f"{in_words(distance)} from now"


def _distance(value: Any) -> timedelta:
    match _adapter.validate_python(value):
        case Ago(ago=distance):
            return -distance
        case FromNow(in_=distance):
            return distance


def _from(at: datetime | None, distance: timedelta) -> Span | None:
    return None if at is None else (at + distance, at + distance)
