"""A machine with machines inside, as most are."""

from collections.abc import Sequence

from rules.triggers.automaton import Kept, Machine, Moment, earliest


class Composite(Machine):
    """Keeps `[what its parts keep, its own]`; all its parts watch all the time."""

    def begin(self, at: int) -> Kept:
        """Every part begins, and of its own it has nothing."""
        return [[part.begin(at) for part in self.inner], []]

    def due(self, kept: Kept) -> int | None:
        """When a part is due."""
        return earliest([part.due(one) for part, one in zip(self.inner, kept[0], strict=True)])

    def begun(self, kept: Kept) -> set[int]:
        """What the parts have begun."""
        return set().union(*(part.begun(one) for part, one in zip(self.inner, kept[0], strict=True)))

    def step_parts(self, kept: Kept, moment: Moment) -> tuple[list[Kept], Sequence[int | None]]:
        """What the parts keep after this moment, and since when each that is complete at it."""
        stepped = [part.step(one, moment) for part, one in zip(self.inner, kept[0], strict=True)]
        return [one for one, _ in stepped], [since for _, since in stepped]
