"""One after the other, whatever else happens in between."""

from typing import TYPE_CHECKING, Final

from pydantic import Field

from rules.triggers.chains import Chain
from rules.triggers.patterns import MOST_IN_LIST, Pattern, Say, Timed, timed

if TYPE_CHECKING:
    from rules.triggers.patterns import Inner

NAME: Final = "before"


class Before(Timed):
    """Each before the next one, whatever else happens in between."""

    before: list["Inner"] = Field(min_length=2, max_length=MOST_IN_LIST)


Settings = Before


def parts(settings: Before) -> list[Pattern]:
    """The earliest first."""
    return settings.before


def sentence(settings: Before, say: Say, thing: str) -> str:
    """Completes "IF …"."""
    del thing
    return timed(" before ".join(map(say, settings.before)), settings)


class Machine(Chain):
    """As `Chain`."""
