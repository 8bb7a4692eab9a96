"""One between two others."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from pydantic import Field

from rules.triggers.chains import Chain
from rules.triggers.patterns import Pattern, Say, Timed, timed

if TYPE_CHECKING:
    from rules.triggers.patterns import Inner

NAME: Final = "between"


class Between(Timed):
    """The first after the second and before the third, whatever else happens."""

    between: list["Inner"] = Field(min_length=3, max_length=3)


Settings = Between


def parts(settings: Between) -> list[Pattern]:
    """The one in the middle, the earliest, the latest."""
    return settings.between


def sentence(settings: Between, say: Say, thing: str) -> str:
    """Completes "IF …"."""
    del thing
    middle, first, last = map(say, settings.between)
    return timed(f"{middle} between {first} and {last}", settings)


class Machine(Chain):
    """As `Chain`."""

    def order(self) -> Sequence[int]:
        """The one in the middle is named first."""
        return 1, 0, 2
