"""The rule language, as JSON: what `POST /rules` takes and a version keeps. docs/rules.md explains it.

Every bound here keeps one owner's rules from costing another's time.
"""

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from api.bodies import storable_json
from picos.codes import parse_code
from rules.conditions import Condition
from rules.language.durations import Duration
from rules.language.shapes import Strict
from rules.triggers import When

MOST_ACTIONS: Final = 10
MOST_IN_SCOPE: Final = 100

# As printed, however it was typed.
Code = Annotated[str, StringConstraints(max_length=30), AfterValidator(parse_code)]


class On(Strict):
    """Where the rule watches; everything of its owner's when left out."""

    products: list[UUID] = Field(default=[], max_length=MOST_IN_SCOPE)
    batches: list[UUID] = Field(default=[], max_length=MOST_IN_SCOPE)
    picos: list[Code] = Field(default=[], max_length=MOST_IN_SCOPE)

    @field_validator("products", "batches", "picos")
    @classmethod
    def names_some(cls, named: list[Any]) -> list[Any]:
        """At least one: whoever names none, perhaps because a search found none, does not mean everything."""
        if not named:
            raise ValueError("name at least one, or leave this out")
        return named

    @property
    def everything(self) -> bool:
        """Whether nothing is named."""
        return not (self.products or self.batches or self.picos)


class AtMost(Strict):
    """So many times within so long."""

    times: int = Field(ge=1, le=100)
    within: Duration


class Definition(Strict):
    """A rule: when something happens, if conditions hold, then actions, in order."""

    # The language's version, so that a program knows which it reads.
    language: Literal[2] = 2
    name: str = Field(min_length=1, max_length=100)
    on: On = On()
    when: When
    if_: Condition | None = Field(default=None, alias="if")
    # Each action's own shape is checked by its module in rules/actions.
    then: list[dict[str, Any]] = Field(min_length=1, max_length=MOST_ACTIONS)
    # What is counted, paced and waited for together: by thing, by its owner, or by its product.
    per: Literal["pico", "person", "product"] = "pico"
    # While an earlier run waits: side by side, not at all, in place of it, or behind it.
    mode: Literal["parallel", "single", "restart", "queued"] = "parallel"
    cooldown: Duration | None = None
    at_most: AtMost | None = None

    @model_validator(mode="before")
    @classmethod
    def storable(cls, raw: Any) -> Any:
        """Texts and numbers that the database can keep."""
        return storable_json(raw)

    def as_json(self) -> dict[str, Any]:
        """As it is kept and shown."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True) | {"then": self.then}
