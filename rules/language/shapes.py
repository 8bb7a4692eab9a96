"""What the models of the rule language are made of."""

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """Unknown keys are errors, so that a typing slip is never a silent no."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def shape(*names: str, otherwise: str) -> Callable[[Any], str]:
    """Tells several shapes apart by a key, so that errors are about the one that was meant and no other."""

    def shape_of(raw: Any) -> str:
        keys = raw if isinstance(raw, dict) else {field.removesuffix("_") for field in getattr(raw, "__dict__", ())}
        return next((f"<{name}>" for name in names if name in keys), f"<{otherwise}>")

    return shape_of


def by_key(shapes: Sequence[tuple[str, type[Strict]]]) -> list[str]:
    """The keys that tell these shapes apart, in an order in which the first one found says which is meant.

    A key that another shape has as a mere field is asked for after that shape's own.
    """
    names = {name for name, _ in shapes}
    fields = {name: {field.alias or key for key, field in model.model_fields.items()} for name, model in shapes}
    return sorted(names, key=lambda name: (-len(fields[name] & names), name))
