"""Later than a date or a time."""

from rules.language import times
from rules.language.comparing import Test
from rules.language.times import PointInTime

NAME = "after"
TAKES = times.TAKES
Value = PointInTime


def compiled(field: str, value: PointInTime) -> Test:
    """A date is its whole day in UTC, so it begins after the other one has ended."""
    del field
    return times.against(value, lambda span, given: span[0] > given[1])


def sentence(value: PointInTime) -> str:
    """Completes "pico.state.warranty_until …"."""
    return f"is after {times.as_said(value)}"
