"""One of several patterns."""

from typing import TYPE_CHECKING, Final

from pydantic import Field

from rules.triggers.automaton import Kept, Moment
from rules.triggers.composite import Composite
from rules.triggers.patterns import Pattern, Say

if TYPE_CHECKING:
    from rules.triggers.patterns import Inner

NAME: Final = "any"
# Beyond MOST_IN_LIST only events, as in the subscription of an endpoint to everything (rules/triggers/bounds.py).
MOST_EVENTS: Final = 50


class AnyOf(Pattern):
    """One of them."""

    any: list["Inner"] = Field(min_length=1, max_length=MOST_EVENTS)


Settings = AnyOf


def parts(settings: AnyOf) -> list[Pattern]:
    """All of them."""
    return settings.any


def sentence(settings: AnyOf, say: Say, thing: str) -> str:
    """Completes "IF …"."""
    del thing
    *first, last = map(say, settings.any)
    return f"{', '.join(first)} or {last}" if first else last


class Machine(Composite):
    """Complete when a part is. Of its own it keeps which parts were at the last moment."""

    def step(self, kept: Kept, moment: Moment) -> tuple[Kept, int | None]:
        """Since when the shortest one is."""
        inner, since = self.step_parts(kept, moment)
        complete = [number for number, one in enumerate(since) if one is not None]
        return [inner, complete], max((one for one in since if one is not None), default=None)

    def again(self, kept: Kept, at: int) -> Kept:
        """What was complete goes on as it does by itself; the others begin."""
        inner, complete = kept
        return [
            [
                part.again(one, at) if number in complete else part.begin(at)
                for number, (part, one) in enumerate(zip(self.inner, inner, strict=True))
            ],
            [],
        ]
