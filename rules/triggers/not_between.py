"""Two without another between them."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from pydantic import Field

from rules.triggers.automaton import Moment
from rules.triggers.chains import Chain, Link
from rules.triggers.patterns import Pattern, Say, Timed, timed

if TYPE_CHECKING:
    from rules.triggers.patterns import Inner

NAME: Final = "not_between"


class NotBetween(Timed):
    """The third after the second, without the first between the two."""

    not_between: list["Inner"] = Field(min_length=3, max_length=3)


Settings = NotBetween


def parts(settings: NotBetween) -> list[Pattern]:
    """What must not be between, the earlier, the later."""
    return settings.not_between


def sentence(settings: NotBetween, say: Say, thing: str) -> str:
    """Completes "IF …"."""
    del thing
    spoiler, first, last = map(say, settings.not_between)
    return timed(f"{first} before {last}, unless {spoiler} in between", settings)


class Machine(Chain):
    """As `Chain`; the mark of a link says when it was first spoilt."""

    def order(self) -> Sequence[int]:
        """What must not be between is not part of the chain."""
        return 1, 2

    def link(self, since: int, at: int) -> Link:
        """Unspoilt."""
        return [since, at, None]

    def mark(self, link: Link, moment: Moment, since: Sequence[int | None]) -> Link:
        """Spoilt by what began after it and is complete now."""
        spoilt = since[0] is not None and link[2] is None and (link[1] or 0) < since[0]
        return [link[0], link[1], moment.at] if spoilt else link

    def allows(self, link: Link, since: int) -> bool:
        """Spoilt later than it began is not spoilt for it."""
        return super().allows(link, since) and (link[2] is None or link[2] >= since)

    def open(self, links: list[Link]) -> Iterable[Link]:
        """Unspoilt ones; a shorter one that ends earlier may be spoilt while a longer one that ends later is not."""
        alive = [link for link in links if link[2] is None]
        return [
            link
            for number, link in enumerate(alive)
            if all((one[0] or 0) < (link[0] or 0) for one in alive[number + 1 :])
        ]
