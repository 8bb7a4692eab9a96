"""Each of several patterns, in any order."""

from bisect import bisect_left
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Final

from pydantic import Field

from rules.triggers.automaton import Kept, Moment, microseconds
from rules.triggers.composite import Composite
from rules.triggers.patterns import MOST_IN_LIST, Pattern, Say, Timed, timed

if TYPE_CHECKING:
    from rules.triggers.patterns import Inner

NAME: Final = "all"

# Since when it happened, when it was complete, and whether another part was complete at the same moment.
Happening = list[int]


class AllOf(Timed):
    """Each of them, in any order; no two of them by the same event."""

    all: list["Inner"] = Field(min_length=2, max_length=MOST_IN_LIST)


Settings = AllOf


def parts(settings: AllOf) -> list[Pattern]:
    """All of them."""
    return settings.all


def sentence(settings: AllOf, say: Say, thing: str) -> str:
    """Completes "IF …"."""
    del thing
    return timed(f"{' and '.join(map(say, settings.all))}, in any order", settings)


class Machine(Composite):
    """Complete when each part can be given a happening of its own, within the time.

    Of its own it keeps the newest happenings of each part: at most as many as there are parts, as the others take no
    more than that from it.
    """

    def step(self, kept: Kept, moment: Moment) -> tuple[Kept, int | None]:
        """Since when the shortest choice is."""
        inner, since = self.step_parts(kept, moment)
        within = microseconds(self.settings.within)
        oldest = -1 if within is None else moment.at - within
        shared = int(sum(one is not None for one in since) > 1)
        happened: list[list[Happening]] = kept[1] or [[] for _ in inner]
        happened = [
            _newest([*some, [one, moment.at, shared]] if one is not None else some, len(inner), oldest)
            for some, one in zip(happened, since, strict=True)
        ]
        return [inner, happened], _shortest(happened, moment.at)

    def begun(self, kept: Kept) -> set[int]:
        """What happened, too."""
        return super().begun(kept) | {one[0] for some in kept[1] for one in some}


def _newest(some: list[Happening], most: int, oldest: int) -> list[Happening]:
    """Without those in whose place a later one can always stand."""
    useful = [
        one
        for number, one in enumerate(some)
        if one[0] >= oldest and not any(later[0] >= one[0] and not later[2] for later in some[number + 1 :])
    ]
    least = sorted(one[0] for one in useful)[-most:]
    return [one for one in useful if one[0] >= least[0]][-most:] if least else []


def _shortest(happened: list[list[Happening]], now: int) -> int | None:
    """The latest moment such that since then each part has one of its own, one of them complete just now."""
    if not all(happened):
        return None
    starts = sorted({one[0] for some in happened for one in some})
    # What is possible since a moment is possible since each earlier one.
    possible = bisect_left(starts, 1, key=lambda since: not _is_possible(happened, since, now))
    return starts[possible - 1] if possible else None


def _is_possible(happened: list[list[Happening]], since: int, now: int) -> bool:
    ends = [{one[1] for one in some if one[0] >= since} for some in happened]
    # Mostly there are too few, which is soon seen.
    return (
        all(ends)
        and len(set().union(*ends)) >= len(ends)
        and any(
            now in some and _can_be_matched([one - {now} for one in (*ends[:last], *ends[last + 1 :])])
            for last, some in enumerate(ends)
        )
    )


def _can_be_matched(ends: Sequence[Collection[int]]) -> bool:
    """Whether each can have one of its own: augmenting paths, after Kuhn."""
    taken: dict[int, int] = {}

    def place(number: int, seen: set[int]) -> bool:
        for end in ends[number]:
            if end not in seen:
                seen.add(end)
                if end not in taken or place(taken[end], seen):
                    taken[end] = number
                    return True
        return False

    return all(place(number, set()) for number in range(len(ends)))
