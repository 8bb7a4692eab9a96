"""A text that ends with another one."""

from rules.language.comparing import Test, Text, seeing
from rules.language.quoting import said

NAME = "suffix"
TAKES = "a text"
Value = Text


def compiled(field: str, value: str) -> Test:
    """Anything but a text cannot be compared."""
    del field
    return seeing(lambda seen: seen.endswith(value) if isinstance(seen, str) else None)


def sentence(value: str) -> str:
    """Completes "its serial number …"."""
    return f"ends with {said(value)}"
