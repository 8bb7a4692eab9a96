"""Counting how often a pattern happens."""

from rules.triggers.automaton import Kept, Machine, Moment, microseconds
from rules.triggers.composite import Composite


class Times(Composite):
    """Complete when its part happened `times` times, the last of them now, within its time.

    Of its own it keeps since when each of the last ones was; there are at most `times`. The part begins again whenever
    it happened, so no event counts for two of them.
    """

    @property
    def times(self) -> int:
        """How many it takes."""
        raise NotImplementedError

    def step(self, kept: Kept, moment: Moment) -> tuple[Kept, int | None]:
        """Complete when the earliest one kept is still within the time."""
        part: Machine = self.inner[0]
        (inner,), since = kept
        inner, complete = part.step(inner, moment)
        if complete is None:
            return [[inner], since], None
        since = [*since, complete][-self.times :]
        within = microseconds(self.settings.within)
        enough = len(since) == self.times and (within is None or moment.at - since[0] <= within)
        return [[part.again(inner, moment.at)], since], since[0] if enough else None

    def begun(self, kept: Kept) -> set[int]:
        """Those kept, too."""
        return super().begun(kept) | set(kept[1])
