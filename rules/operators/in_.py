"""Equal to one of several values."""

from typing import Annotated

from pydantic import Field

from rules.language.comparing import Plain, Test, same, seeing
from rules.language.quoting import said

NAME = "in"
MOST = 100
TAKES = f"a list of 1 to {MOST} texts, numbers, true or false"
Value = Annotated[list[Plain], Field(min_length=1, max_length=MOST)]


def compiled(field: str, value: list[Plain]) -> Test:
    """As `is`, with each of them."""
    del field
    return seeing(lambda seen: any(same(seen, one) for one in value))


def sentence(value: list[Plain]) -> str:
    """Completes "its serial number …"."""
    return f"is one of {said(value)}"
