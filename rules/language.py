"""The rule language, as JSON: what `POST /rules` takes and a version keeps. docs/rules.md explains it.

Every bound here keeps one owner's rules from costing another's time.
"""

from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)

from api.bodies import storable_json
from picos.codes import parse_code
from rules.fields import is_field
from rules.operators import OPERATORS
from rules.shapes import Strict as Strict
from rules.shapes import shape
from rules.triggers import When

DEEPEST: Final = 5
MOST_LEAVES: Final = 50
MOST_ACTIONS: Final = 10
MOST_IN_SCOPE: Final = 100
MOST_VALUES: Final = 100
LONGEST_VALUE: Final = 500
LARGEST_NUMBER: Final = 1e15

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


class Leaf(Strict):
    """One comparison: true, false, or missing when there is nothing to compare."""

    field: str = Field(max_length=100)
    op: str = Field(max_length=20)
    value: Any = Field(default=None, validate_default=True)

    @field_validator("field")
    @classmethod
    def known_field(cls, name: str) -> str:
        """One that a rule may name."""
        if not is_field(name):
            raise ValueError(f"there is no field {name!r}")
        return name

    @field_validator("op")
    @classmethod
    def known_operator(cls, name: str) -> str:
        """One of rules/operators.py."""
        if name not in OPERATORS:
            raise ValueError(f"there is no operator {name!r}; there are {', '.join(OPERATORS)}")
        return name

    @field_validator("value")
    @classmethod
    def comparable(cls, value: Any, info: ValidationInfo) -> Any:
        """A value that the operator can compare with."""
        operator = OPERATORS.get(info.data.get("op", ""))
        if operator is None:
            return value
        items = value if isinstance(value, list) else [value]
        if len(items) > MOST_VALUES or not all(map(_small, items)) or not operator.takes(value):
            raise ValueError(f"{info.data['op']!r} cannot compare with this value")
        return value


class All(Strict):
    """True when all are."""

    all: list["Condition"] = Field(min_length=1, max_length=MOST_LEAVES)


class Any_(Strict):  # noqa: N801 (the key is `any`)
    """True when one is."""

    any: list["Condition"] = Field(min_length=1, max_length=MOST_LEAVES)


class Not(Strict):
    """True when the inner one is false; missing stays missing."""

    not_: "Condition" = Field(alias="not")


Condition = Annotated[
    Annotated[Leaf, Tag("<leaf>")]
    | Annotated[All, Tag("<all>")]
    | Annotated[Any_, Tag("<any>")]
    | Annotated[Not, Tag("<not>")],
    Discriminator(shape("all", "any", "not", otherwise="leaf")),
]


class Definition(Strict):
    """A rule: when something happens, if conditions hold, then actions, in order."""

    name: str = Field(min_length=1, max_length=100)
    on: On = On()
    when: When
    if_: Condition | None = Field(default=None, alias="if")
    # Each action's own shape is checked by its module in rules/actions.
    then: list[dict[str, Any]] = Field(min_length=1, max_length=MOST_ACTIONS)

    @model_validator(mode="before")
    @classmethod
    def storable(cls, raw: Any) -> Any:
        """Texts and numbers that the database can keep."""
        return storable_json(raw)

    @field_validator("if_")
    @classmethod
    def bounded(cls, condition: "Condition | None") -> "Condition | None":
        """At most MOST_LEAVES leaves, DEEPEST deep."""
        if condition is not None:
            depth, leaves = measure(condition)
            if depth > DEEPEST or leaves > MOST_LEAVES:
                raise ValueError(f"a condition has at most {MOST_LEAVES} comparisons, {DEEPEST} deep")
        return condition

    def as_json(self) -> dict[str, Any]:
        """As it is kept and shown."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True) | {"then": self.then}


def measure(condition: Condition) -> tuple[int, int]:
    """Depth and number of leaves."""
    match condition:
        case Leaf():
            return 1, 1
        case Not():
            depth, leaves = measure(condition.not_)
            return depth + 1, leaves
        case All():
            inner = [measure(one) for one in condition.all]
        case Any_():
            inner = [measure(one) for one in condition.any]
    return 1 + max(depth for depth, _ in inner), sum(leaves for _, leaves in inner)


def _small(value: Any) -> bool:
    if isinstance(value, (int, float)):
        return abs(value) <= LARGEST_NUMBER
    return isinstance(value, str) and len(value) <= LONGEST_VALUE
