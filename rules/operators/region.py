"""A country or a part of one, or anything inside it."""

from typing import Annotated

from pydantic import Field, StrictStr

from picos.regions import REGION, country_of
from rules.language.comparing import Test, Truth, seeing

NAME = "region"
TAKES = "a country or a part of one (ISO 3166), such as DE or DE-BY"
Value = Annotated[StrictStr, Field(pattern=f"^(?:{REGION.pattern})$")]


def compiled(field: str, value: str) -> Test:
    """Whether a place in Germany lies in Bavaria cannot be said: that is missing, not false."""
    del field

    def test(seen: object) -> Truth:
        if not (isinstance(seen, str) and REGION.fullmatch(seen)):
            return None
        if seen == country_of(value) != value:
            return None
        return seen == value or seen.startswith(f"{value}-")

    return seeing(test)


def sentence(value: str) -> str:
    """Completes "event.data.region …"."""
    return f"is in {value}"
