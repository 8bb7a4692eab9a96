"""The greatest value."""

from collections.abc import Sequence
from typing import Final

from rules.triggers.aggregates import Aggregate, AggregateMachine, DataField, say_aggregate
from rules.triggers.aggregates import parts as parts
from rules.triggers.patterns import Say

NAME: Final = "max"


class Greatest(Aggregate):
    """The greatest value."""

    max: DataField


Settings = Greatest


def sentence(settings: Greatest, say: Say, thing: str) -> str:
    """Completes "IF …"."""
    del thing
    return say_aggregate("greatest", settings.max, settings, say)


class Machine(AggregateMachine):
    """As `AggregateMachine`."""

    @property
    def field(self) -> str:
        """What it takes the values from."""
        return str(self.settings.max)

    def result(self, values: Sequence[float]) -> float | None:
        """The greatest value."""
        return max(values, default=None)
