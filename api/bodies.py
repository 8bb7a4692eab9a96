"""The JSON that doors accept and give, as pydantic models: they check, and they are the OpenAPI document."""

import math
from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationInfo

# How deep a JSON value may be nested; those who write it out again have bounds of their own.
DEEPEST: Final = 20


def storable(text: str) -> str:
    """Text that PostgreSQL can keep: no NUL, no half of a surrogate pair. Raises ValueError."""
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("it has a character that cannot be kept")
    return text


def storable_json(value: Any, *, depth: int = DEEPEST) -> Any:
    """The same for every text inside a JSON value, no infinite number, not too deep. Raises ValueError."""
    if depth == 0:
        raise ValueError(f"it is nested more than {DEEPEST} deep")
    match value:
        case str():
            storable(value)
        case float() if not math.isfinite(value):
            raise ValueError("a number is too large")
        case dict():
            for key, inner in value.items():
                storable(key)
                storable_json(inner, depth=depth - 1)
        case list():
            for inner in value:
                storable_json(inner, depth=depth - 1)
    return value


def _yes_or_no(value: Any, info: ValidationInfo) -> Any:
    """A form has only texts. In JSON no text stands for true or false, and no number."""
    is_form = isinstance(info.context, Mapping) and info.context.get("form")
    if not isinstance(value, bool) and not is_form:
        raise ValueError("it is either true or false")
    return value


Flag = Annotated[bool, BeforeValidator(_yes_or_no)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(storable)]
MaybeLine = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(storable)]
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000), AfterValidator(storable)
]
MaybeText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=10_000), AfterValidator(storable)]


class Body(BaseModel):
    """What a door accepts. Unknown keys are errors, so that a typing slip is never silently ignored."""

    model_config = ConfigDict(extra="forbid", strict=False)


class OneFile(Body):
    """A file, as `file` of a multipart form."""

    file: Any = Field(default="", json_schema_extra={"type": "string", "format": "binary"})


class Shown(BaseModel):
    """What a door gives."""
