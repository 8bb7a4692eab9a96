"""What a comparison does. Each operator is one module here with the same five names; adding one touches no other file.

NAME      as in `{"op": NAME}`
TAKES     what it can compare with, in words, for whoever gave it something else
Value     the same as a pydantic type; what was written stays as it was written
compiled  from a field and a value to the test of what is seen; raises ValueError for a field that it cannot work on
sentence  of a value, completes "its serial number …"
"""

import importlib
import pkgutil
from functools import cache
from typing import Any, Protocol, cast

from pydantic import TypeAdapter, ValidationError

from rules.language.comparing import Test


class Operator(Protocol):
    """The five names of an operator's module."""

    NAME: str
    TAKES: str
    Value: Any

    def compiled(self, field: str, value: Any) -> Test:
        """The test of what is seen: true, false, or None when the two cannot be compared."""
        ...

    def sentence(self, value: Any) -> str:
        """No two operators or values read the same."""
        ...


@cache
def operators() -> dict[str, Operator]:
    """All of them, by name."""
    modules = [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
    return {module.NAME: cast("Operator", module) for module in modules}


@cache
def values_of(name: str) -> TypeAdapter[Any]:
    """What the operator can compare with. Raises KeyError."""
    return TypeAdapter(operators()[name].Value)


def check_value(name: str, value: Any) -> None:
    """Whether the operator can compare with it at all. Raises KeyError, and ValueError that says what it takes."""
    try:
        values_of(name).validate_python(value)
    except ValidationError as error:
        whys = [one["msg"] for one in error.errors() if one["type"] == "value_error"]
        why = f" ({whys[0].removeprefix('Value error, ')})" if whys else ""
        raise ValueError(f"{name!r} cannot compare with this value{why}; it takes {operators()[name].TAKES}") from error
