"""One comparison of a field with a value."""

from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    Field,
    GetJsonSchemaHandler,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from rules.conditions import Check
from rules.language.comparing import Read, Truth
from rules.language.fields import field_schema, in_words, is_field
from rules.language.shapes import Strict
from rules.operators import check_value, operators, values_of
from rules.traces import Trace, shown

NAME = "field"
WEIGHT = 1


def _known_field(name: str) -> str:
    if not is_field(name):
        raise ValueError(f"there is no field {name[:100]!r}")
    return name


def _known_operator(name: str) -> str:
    if name not in operators():
        raise ValueError(f"there is no operator {name[:20]!r}; there are {', '.join(operators())}")
    return name


class Leaf(Strict):
    """`field`, `op` and `value`: true, false, or missing when there is nothing to compare."""

    field: Annotated[str, AfterValidator(_known_field), WithJsonSchema(field_schema())]
    op: Annotated[str, AfterValidator(_known_operator)]
    value: Any = Field(default=None, validate_default=True)

    @field_validator("value")
    @classmethod
    def comparable(cls, value: Any, info: ValidationInfo) -> Any:
        """One that the operator can compare with, as it was written."""
        if name := info.data.get("op"):
            check_value(name, value)
        return value

    @model_validator(mode="after")
    def sensible(self) -> Self:
        """An operator that can work on the field."""
        operators()[self.op].compiled(self.field, self.value)
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """With each operator's own values."""
        shown = handler(core)
        leaf = handler.resolve_ref_schema(shown)
        leaf["properties"]["value"] = {"title": "Value"}
        leaf["required"] = ["field", "op", "value"]
        leaf["oneOf"] = [
            {"properties": {"op": {"const": name}, "value": handler(values_of(name).core_schema)}}
            for name in operators()
        ]
        return shown


Settings = Leaf


def compiled(settings: Leaf) -> Check:
    """Reads the field and asks the operator."""
    test = operators()[settings.op].compiled(settings.field, settings.value)
    field, op, value = settings.field, settings.op, settings.value

    def check(read: Read, trace: Trace) -> Truth:
        seen = read(field)
        result = test(seen, read)
        trace.append({"field": field, "op": op, "value": value, "seen": shown(seen), "result": result})
        return result

    return check


def sentence(settings: Leaf) -> str:
    """The field, and what the operator says of it."""
    return f"{in_words(settings.field)} {operators()[settings.op].sentence(settings.value)}"
