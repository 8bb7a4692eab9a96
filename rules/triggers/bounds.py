"""How large a pattern may be."""

from collections.abc import Callable
from typing import Final

from rules.triggers.event import EventIs
from rules.triggers.patterns import MOST_IN_LIST, Pattern

DEEPEST: Final = 4
MOST_LEAVES: Final = 20
# Of all its counts together; an aggregate counts as its window.
MOST_REMEMBERED: Final = 300

Parts = Callable[[Pattern], list[Pattern]]


def check_bounds(when: Pattern, parts: Parts) -> None:
    """Raises ValueError for one that is too deep, too wide, or would have to remember too much.

    A plain list of events keeps nothing, so it may be as long as its own shape allows.
    """
    inner = parts(when)
    if len(inner) > MOST_IN_LIST and all(isinstance(part, EventIs) for part in inner):
        return
    depth, leaves, remembered = _measure(when, parts)
    if depth > DEEPEST or leaves > MOST_LEAVES:
        raise ValueError(f"a pattern names at most {MOST_LEAVES} events, {DEEPEST} deep")
    if remembered > MOST_REMEMBERED:
        raise ValueError(f"all that a pattern counts adds up to at most {MOST_REMEMBERED}")


def _measure(when: Pattern, parts: Parts) -> tuple[int, int, int]:
    """Depth, leaves, and what it has to remember."""
    if isinstance(when, EventIs):
        return 0, 1, 0
    if len(parts(when)) > MOST_IN_LIST:
        raise ValueError(f"a list has at most {MOST_IN_LIST} patterns, unless it is all there is and has events only")
    inner = [_measure(part, parts) for part in parts(when)]
    depth = 1 + max((depth for depth, _, _ in inner), default=0)
    return depth, sum(leaves for _, leaves, _ in inner), when.remembers + sum(one for _, _, one in inner)
