"""The n-th time and each one after it."""

from typing import TYPE_CHECKING, Final

from pydantic import Field

from rules.language.durations import in_words
from rules.triggers.automaton import Kept
from rules.triggers.patterns import MOST_TIMES, Pattern, Say, Timed
from rules.triggers.times import Times

if TYPE_CHECKING:
    from rules.triggers.patterns import Inner

NAME: Final = "repeat"


class Repeat(Timed):
    """The `repeat`-th time that `of` happens, and each one after it."""

    repeat: int = Field(ge=1, le=MOST_TIMES, strict=True)
    of: "Inner"

    @property
    def remembers(self) -> int:
        """Since when each was."""
        return self.repeat


Settings = Repeat


def parts(settings: Repeat) -> list[Pattern]:
    """What is counted."""
    return [settings.of]


def sentence(settings: Repeat, say: Say, thing: str) -> str:
    """Completes "IF …"."""
    del thing
    times = "once" if settings.repeat == 1 else f"{settings.repeat} times"
    within = f" within {in_words(settings.within)}" if settings.within else ""
    return f"{say(settings.of)}, {times} or more{within}"


class Machine(Times):
    """As `Times`, but it never begins again."""

    @property
    def times(self) -> int:
        """How many it takes."""
        return int(self.settings.repeat)

    def again(self, kept: Kept, at: int) -> Kept:
        """The next one has those before it."""
        del at
        return kept
