"""Different from a value."""

from rules.language.comparing import Plain, Test, same, seeing
from rules.language.quoting import said

NAME = "is_not"
TAKES = "a text, a number, true or false"
Value = Plain


def compiled(field: str, value: Plain) -> Test:
    """The opposite of `is`."""
    del field
    return seeing(lambda seen: not same(seen, value))


def sentence(value: Plain) -> str:
    """Completes "its serial number …"."""
    return f"is not {said(value)}"
