"""The sum of the values."""

import math
from collections.abc import Sequence
from typing import Final

from rules.triggers.aggregates import Aggregate, AggregateMachine, DataField, say_aggregate
from rules.triggers.aggregates import parts as parts
from rules.triggers.patterns import Say

NAME: Final = "sum"


class Sum(Aggregate):
    """The sum of the values."""

    sum: DataField


Settings = Sum


def sentence(settings: Sum, say: Say, thing: str) -> str:
    """Completes "IF …"."""
    del thing
    return say_aggregate("sum", settings.sum, settings, say)


class Machine(AggregateMachine):
    """As `AggregateMachine`."""

    @property
    def field(self) -> str:
        """What it takes the values from."""
        return str(self.settings.sum)

    def result(self, values: Sequence[float]) -> float | None:
        """The sum of the values."""
        return math.fsum(values)
