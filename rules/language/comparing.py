"""What operators compare with: which values there are, which can stand in an order, and what is missing."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Final, TypeAlias

from django.utils.dateparse import parse_datetime
from pydantic import AfterValidator, Field, StrictBool, StrictFloat, StrictInt, StrictStr

from rules.language.fields import MISSING

# None is missing: there is nothing to compare, or the two cannot be compared.
Truth: TypeAlias = bool | None
# Gives the value of a field, or MISSING.
Read = Callable[[str], Any]
# Of the value seen; `read` is there for what an operator has to know beyond it.
Test = Callable[[Any, Read], Truth]

LONGEST: Final = 500
LARGEST: Final = 10**15
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def seeing(test: Callable[[Any], Truth]) -> Test:
    """A test that looks at the value alone; what is missing stays missing."""
    return lambda seen, _: None if seen is MISSING else test(seen)


def same(seen: Any, given: Any) -> bool:
    """Equal, and not by Python's accident that True == 1."""
    return isinstance(seen, bool) == isinstance(given, bool) and bool(seen == given)


def is_number(value: Any) -> bool:
    """A number, which true and false are not."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def as_time(value: Any) -> datetime | None:
    """A point in time, also written after ISO 8601, if it has a zone."""
    if isinstance(value, str):
        try:
            value = parse_datetime(value)
        except ValueError:
            return None
    return value if isinstance(value, datetime) and value.tzinfo else None


def as_span(value: Any) -> tuple[datetime, datetime] | None:
    """The first and the last moment of a time, or of a date such as 2026-11-21, which is that day in UTC."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            return None
        return datetime.combine(day, time.min, UTC), datetime.combine(day, time.max, UTC)
    at = as_time(value)
    return (at, at) if at else None


def ordered(given: Any, compare: Callable[[Any, Any], bool]) -> Test:
    """Numbers with numbers, times with times; anything else cannot be compared."""
    if is_number(given):
        return seeing(lambda seen: compare(seen, given) if is_number(seen) else None)
    then = as_time(given)
    return seeing(lambda seen: None if (at := as_time(seen)) is None else compare(at, then))


def _time(text: str) -> str:
    if as_time(text) is None:
        raise ValueError("it is no time with a zone")
    return text


def _day_or_time(text: str) -> str:
    if as_span(text) is None:
        raise ValueError("it is no date and no time with a zone")
    return text


_Bounds = Field(ge=-LARGEST, le=LARGEST)
Number = Annotated[StrictInt, _Bounds] | Annotated[StrictFloat, _Bounds, Field(allow_inf_nan=False)]
Text = Annotated[StrictStr, Field(max_length=LONGEST)]
Plain = StrictBool | Number | Text
Time = Annotated[StrictStr, Field(max_length=40), AfterValidator(_time)]
DayOrTime = Annotated[StrictStr, Field(max_length=40), AfterValidator(_day_or_time)]
