"""One having been preceded by the other, whatever else happens in between."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from pydantic import Field

from rules.triggers.chains import Chain
from rules.triggers.patterns import MOST_IN_LIST, Pattern, Say, Timed, timed

if TYPE_CHECKING:
    from rules.triggers.patterns import Inner

NAME: Final = "after"


class After(Timed):
    """Each after the next one, whatever else happens in between."""

    after: list["Inner"] = Field(min_length=2, max_length=MOST_IN_LIST)


Settings = After


def parts(settings: After) -> list[Pattern]:
    """The latest first."""
    return settings.after


def sentence(settings: After, say: Say, thing: str) -> str:
    """Completes "IF …"."""
    del thing
    return timed(" after ".join(map(say, settings.after)), settings)


class Machine(Chain):
    """As `Chain`, from the last to the first."""

    def order(self) -> Sequence[int]:
        """The last one happens first."""
        return range(len(self.inner))[::-1]
