"""A value that is one of a registry's models."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from rules.language.shapes import shape


@dataclass(frozen=True, slots=True)
class OneOf:
    """Annotates what is one of a registry’s models, told by its key; what has no known key is held for `otherwise`.

    The registry is asked when a model is built, not when it is written, so that its members can hold one another.
    """

    members: Callable[[], Mapping[str, type[BaseModel]]]
    otherwise: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Pydantic asks for it."""
        del source
        models = self.members()
        return core_schema.tagged_union_schema(
            {f"<{name}>": handler.generate_schema(model) for name, model in models.items()},
            discriminator=shape(*models, otherwise=self.otherwise),
        )
