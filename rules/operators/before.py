"""Earlier than a date or a time."""

from rules.language import times
from rules.language.comparing import Test
from rules.language.times import PointInTime

NAME = "before"
TAKES = times.TAKES
Value = PointInTime


def compiled(field: str, value: PointInTime) -> Test:
    """A date is its whole day in UTC, so it ends before the other one begins."""
    del field
    return times.against(value, lambda span, given: span[1] < given[0])


def sentence(value: PointInTime) -> str:
    """Completes "pico.state.warranty_until …"."""
    return f"is before {times.as_said(value)}"
