"""Every n-th time."""

from typing import TYPE_CHECKING, Final

from pydantic import Field

from rules.language.durations import in_words
from rules.triggers.automaton import Kept
from rules.triggers.patterns import MOST_TIMES, Pattern, Say, Timed
from rules.triggers.times import Times

if TYPE_CHECKING:
    from rules.triggers.patterns import Inner

NAME: Final = "count"


class Count(Timed):
    """Every `count`-th time that `of` happens, counting anew after each."""

    count: int = Field(ge=1, le=MOST_TIMES, strict=True)
    of: "Inner"

    @property
    def remembers(self) -> int:
        """Since when each was."""
        return self.count


Settings = Count


def parts(settings: Count) -> list[Pattern]:
    """What is counted."""
    return [settings.of]


def sentence(settings: Count, say: Say, thing: str) -> str:
    """Completes "IF …"."""
    del thing
    times = "once" if settings.count == 1 else f"{settings.count} times"
    within = f" within {in_words(settings.within)}" if settings.within else ""
    return f"{say(settings.of)}, {times}{within}"


class Machine(Times):
    """As `Times`."""

    @property
    def times(self) -> int:
        """How many it takes."""
        return int(self.settings.count)

    def again(self, kept: Kept, at: int) -> Kept:
        """Counts anew; what is counted goes on as it does by itself."""
        del at
        return [kept[0], []]
