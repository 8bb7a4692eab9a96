"""What the members' settings share: the base that they all are, and the places where one stands inside another."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pydantic import PrivateAttr

from rules.language.durations import Duration, in_words
from rules.language.shapes import Strict

# Of what a list names.
MOST_IN_LIST: Final = 10
MOST_TIMES: Final = 100


@dataclass
class Made:
    """What is made from a pattern when it is first asked for; patterns are equal with and without it."""

    machine: Any = field(default=None, compare=False)


class Pattern(Strict):
    """Something that can happen."""

    _made: Made = PrivateAttr(default_factory=Made)

    @property
    def made(self) -> Made:
        """Kept as long as the pattern itself."""
        return self._made

    @property
    def remembers(self) -> int:
        """How many happenings of its parts a state has to hold, beyond one of each."""
        return 0


class Timed(Pattern):
    """A pattern all of which has to happen within a time, counted from its first event to its last."""

    within: Duration | None = None


def timed(said: str, settings: Timed) -> str:
    """A phrase with its time."""
    return f"{said}, within {in_words(settings.within)}" if settings.within else said


class Outermost(Pattern):
    """A pattern that stands in no other."""


if TYPE_CHECKING:
    # What may stand inside another: "Inner" in quotation marks, which the registry says at runtime.
    Inner = Pattern

Say = Callable[[Pattern], str]
Read = Callable[[str], Any]
