"""Their average."""

import math
from collections.abc import Sequence
from typing import Final

from rules.triggers.aggregates import Aggregate, AggregateMachine, DataField, say_aggregate
from rules.triggers.aggregates import parts as parts
from rules.triggers.patterns import Say

NAME: Final = "avg"


class Average(Aggregate):
    """Their average."""

    avg: DataField


Settings = Average


def sentence(settings: Average, say: Say, thing: str) -> str:
    """Completes "IF …"."""
    del thing
    return say_aggregate("average", settings.avg, settings, say)


class Machine(AggregateMachine):
    """As `AggregateMachine`."""

    @property
    def field(self) -> str:
        """What it takes the values from."""
        return str(self.settings.avg)

    def result(self, values: Sequence[float]) -> float | None:
        """Their average."""
        return math.fsum(values) / len(values) if values else None
