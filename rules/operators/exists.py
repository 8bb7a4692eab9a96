"""Whether there is a value at all; never missing itself."""

from pydantic import StrictBool

from rules.language.comparing import Test
from rules.language.fields import MISSING

NAME = "exists"
TAKES = "true or false"
Value = StrictBool


def compiled(field: str, value: bool) -> Test:  # noqa: FBT001 (what was written)
    """Of any field."""
    del field
    return lambda seen, _: (seen is not MISSING) == value


def sentence(value: bool) -> str:  # noqa: FBT001
    """Completes "its serial number …"."""
    return "is known" if value else "is not known"
