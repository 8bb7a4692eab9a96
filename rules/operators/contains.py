"""A text with another one inside, or a list with it as an item."""

from rules.language.comparing import Test, Text, seeing
from rules.language.quoting import said

NAME = "contains"
TAKES = "a text"
Value = Text


def compiled(field: str, value: str) -> Test:
    """Anything but a text or a list cannot be compared."""
    del field
    return seeing(lambda seen: value in seen if isinstance(seen, (str, list)) else None)


def sentence(value: str) -> str:
    """Completes "its serial number …"."""
    return f"contains {said(value)}"
