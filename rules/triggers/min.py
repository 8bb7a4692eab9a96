"""The least value."""

from collections.abc import Sequence
from typing import Final

from rules.triggers.aggregates import Aggregate, AggregateMachine, DataField, say_aggregate
from rules.triggers.aggregates import parts as parts
from rules.triggers.patterns import Say

NAME: Final = "min"


class Least(Aggregate):
    """The least value."""

    min: DataField


Settings = Least


def sentence(settings: Least, say: Say, thing: str) -> str:
    """Completes "IF …"."""
    del thing
    return say_aggregate("least", settings.min, settings, say)


class Machine(AggregateMachine):
    """As `AggregateMachine`."""

    @property
    def field(self) -> str:
        """What it takes the values from."""
        return str(self.settings.min)

    def result(self, values: Sequence[float]) -> float | None:
        """The least value."""
        return min(values, default=None)
