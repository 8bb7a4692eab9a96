"""One right after the other."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from pydantic import Field

from rules.triggers.automaton import Moment
from rules.triggers.chains import Chain, Link
from rules.triggers.patterns import MOST_IN_LIST, Pattern, Say, Timed, timed

if TYPE_CHECKING:
    from rules.triggers.patterns import Inner

NAME: Final = "then"


class Then(Timed):
    """Each right after the one before: between them, no event of a type that the whole `when` names."""

    then: list["Inner"] = Field(min_length=2, max_length=MOST_IN_LIST)


Settings = Then


def parts(settings: Then) -> list[Pattern]:
    """The earliest first."""
    return settings.then


def sentence(settings: Then, say: Say, thing: str) -> str:
    """Completes "IF …"."""
    del thing
    return timed(" directly followed by ".join(map(say, settings.then)), settings)


class Machine(Chain):
    """As `Chain`; the mark of a link is the first event after it, with which the next part has to begin."""

    def link(self, since: int, at: int) -> Link:
        """No event has come after it."""
        return [since, at, None]

    def mark(self, link: Link, moment: Moment, since: Sequence[int | None]) -> Link:
        """The first event; a mere deadline is none."""
        del since
        return [link[0], link[1], moment.at] if moment.is_event and link[2] is None else link

    def allows(self, link: Link, since: int) -> bool:
        """Only what begins with that event."""
        return link[2] == since

    def open(self, links: list[Link]) -> Iterable[Link]:
        """Those after which no event has come."""
        return [link for link in links if link[2] is None]
