"""A text that starts with another one."""

from rules.language.comparing import Test, Text, seeing
from rules.language.quoting import said

NAME = "prefix"
TAKES = "a text"
Value = Text


def compiled(field: str, value: str) -> Test:
    """Anything but a text cannot be compared."""
    del field
    return seeing(lambda seen: seen.startswith(value) if isinstance(seen, str) else None)


def sentence(value: str) -> str:
    """Completes "its serial number …"."""
    return f"starts with {said(value)}"
