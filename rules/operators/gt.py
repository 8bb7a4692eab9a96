"""More than a number or a time."""

import operator

from rules.language.comparing import Number, Test, Time, ordered

NAME = "gt"
TAKES = "a number, or a time such as 2026-11-21T16:40:00Z"
Value = Number | Time


def compiled(field: str, value: Number | Time) -> Test:
    """Numbers with numbers, times with times."""
    del field
    return ordered(value, operator.gt)


def sentence(value: Number | Time) -> str:
    """Completes "the number of unread entries …"."""
    return f"is more than {value}"
