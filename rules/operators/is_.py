"""Equal to a value."""

from rules.language.comparing import Plain, Test, same, seeing
from rules.language.quoting import said

NAME = "is"
TAKES = "a text, a number, true or false"
Value = Plain


def compiled(field: str, value: Plain) -> Test:
    """Upper and lower case matter; true does not equal 1."""
    del field
    return seeing(lambda seen: same(seen, value))


def sentence(value: Plain) -> str:
    """Completes "its serial number …"."""
    return f"is {said(value)}"
