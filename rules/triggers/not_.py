"""Something that does not happen."""

from typing import TYPE_CHECKING, Final

from pydantic import Field

from rules.language.durations import Duration, in_words
from rules.triggers.automaton import MICROSECOND, Kept, Moment, earliest
from rules.triggers.automaton import Machine as Machine_
from rules.triggers.patterns import Pattern, Say

if TYPE_CHECKING:
    from rules.triggers.patterns import Inner

NAME: Final = "not"


class Absence(Pattern):
    """`after` happened, and `not` did not within that time from then; complete at the deadline.

    While it waits for the deadline, `after` happening once more changes nothing.
    """

    not_: "Inner" = Field(alias="not")
    within: Duration
    after: "Inner"


Settings = Absence


def parts(settings: Absence) -> list[Pattern]:
    """What must not happen, and after what."""
    return [settings.not_, settings.after]


def sentence(settings: Absence, say: Say, thing: str) -> str:
    """Completes "IF …"."""
    del thing
    within = in_words(settings.within)
    return f"{say(settings.after)}, and it does not happen within {within} that {say(settings.not_)}"


class Machine(Machine_):
    """Keeps what `after` keeps; and while it waits, since when `after` was, the deadline, and what `not` keeps."""

    def begin(self, at: int) -> Kept:
        """`not` is watched only while it matters."""
        return [self.inner[1].begin(at), None]

    def step(self, kept: Kept, moment: Moment) -> tuple[Kept, int | None]:
        """Complete at the deadline. An event at that very moment is too late."""
        absent, after = self.inner
        before, waiting = kept
        complete = None
        if waiting and waiting[1] <= moment.at:
            complete, waiting = waiting[0], None
        if waiting:
            inner, happened = absent.step(waiting[2], moment)
            waiting = [waiting[0], waiting[1], inner] if happened is None else None
        before, since = after.step(before, moment)
        if since is not None:
            before = after.again(before, moment.at)
            within = self.settings.within // MICROSECOND
            waiting = waiting or [since, moment.at + within, absent.begin(moment.at)]
        return [before, waiting], complete

    def again(self, kept: Kept, at: int) -> Kept:
        """`after` goes on as it does by itself."""
        del at
        return kept

    def due(self, kept: Kept) -> int | None:
        """The deadline, or what the parts wait for."""
        before, waiting = kept
        inside = [waiting[1], self.inner[0].due(waiting[2])] if waiting else []
        return earliest([self.inner[1].due(before), *inside])

    def begun(self, kept: Kept) -> set[int]:
        """Since when it waits."""
        before, waiting = kept
        return self.inner[1].begun(before) | ({waiting[0]} if waiting else set())
