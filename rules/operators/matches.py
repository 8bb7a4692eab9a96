"""A text in which a pattern is found, in time that grows with the text and no faster."""

from functools import lru_cache
from typing import Annotated, Any

import re2
from pydantic import AfterValidator, Field, StrictStr

from rules.language.comparing import Test, seeing
from rules.language.quoting import said

NAME = "matches"
LONGEST = 200
# Of the automaton that the pattern becomes; `a{1000}` is short to write.
MOST_STEPS = 500
TAKES = f"a pattern as RE2 has it, of at most {LONGEST} characters"


@lru_cache(maxsize=1000)
def _pattern(text: str) -> Any:
    """Raises ValueError for what is no pattern, or too large a one."""
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.max_mem = 1 << 20
    try:
        pattern = re2.compile(text, options)
    except re2.error as error:
        (why,) = error.args
        raise ValueError(why.decode() if isinstance(why, bytes) else str(why)) from error
    if pattern.programsize > MOST_STEPS:
        raise ValueError("the pattern is too large")
    return pattern


def _compilable(text: str) -> str:
    _pattern(text)
    return text


Value = Annotated[StrictStr, Field(min_length=1, max_length=LONGEST), AfterValidator(_compilable)]


def compiled(field: str, value: str) -> Test:
    """Found anywhere, unless the pattern says `^` and `$`. Anything but a text cannot be compared."""
    del field
    pattern = _pattern(value)
    return seeing(lambda seen: pattern.search(seen) is not None if isinstance(seen, str) else None)


def sentence(value: str) -> str:
    """Completes "its serial number …"."""
    return f"matches {said(value)}"
