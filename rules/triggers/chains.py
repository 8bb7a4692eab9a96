"""Patterns of several parts, one later than the other."""

from collections.abc import Iterable, Sequence

from rules.triggers.automaton import Kept, Moment, microseconds
from rules.triggers.composite import Composite

# Since when the first so many parts happened, when the last of these was complete, and perhaps a mark.
Link = list[int | None]


class Chain(Composite):
    """Complete when its parts happened in `order`, each begun after the one before it was complete, within its time.

    Of its own it keeps links for each part but the last: the one that a part yet to begin would follow, and those that
    parts now under way follow. So there are at most as many as there are parts under way, and one more.
    """

    def order(self) -> Sequence[int]:
        """The places of the parts, the earliest first."""
        return range(len(self.inner))

    def step(self, kept: Kept, moment: Moment) -> tuple[Kept, int | None]:
        """Each part that is complete now follows the link that makes the whole the shortest."""
        inner, since = self.step_parts(kept, moment)
        order = self.order()
        links: list[list[Link]] = kept[1] or [[] for _ in order[1:]]
        links = [[self.mark(link, moment, since) for link in some] for some in links]
        reached = [self._since(links, number, since[place]) for number, place in enumerate(order)]
        within = microseconds(self.settings.within)
        oldest = -1 if within is None else moment.at - within
        for number, some in enumerate(links):
            fresh = reached[number]
            added = some if fresh is None else [*some, self.link(fresh, moment.at)]
            starts = self.inner[order[number + 1]].begun(inner[order[number + 1]])
            links[number] = self._useful([link for link in added if (link[0] or 0) >= oldest], starts)
        complete = reached[-1]
        return [inner, links], complete if complete is not None and complete >= oldest else None

    def begun(self, kept: Kept) -> set[int]:
        """The links, too."""
        return super().begun(kept) | {link[0] for some in kept[1] for link in some}

    def link(self, since: int, at: int) -> Link:
        """A new one."""
        return [since, at]

    def mark(self, link: Link, moment: Moment, since: Sequence[int | None]) -> Link:
        """The link after this moment."""
        del moment, since
        return link

    def allows(self, link: Link, since: int) -> bool:
        """Whether a part that began at that moment follows the link."""
        return (link[1] or 0) < since

    def open(self, links: list[Link]) -> Iterable[Link]:
        """Those that a part yet to begin may follow: of all that end before it, the shortest."""
        return [max(links, key=_begin)]

    def _since(self, links: list[list[Link]], number: int, since: int | None) -> int | None:
        if since is None or number == 0:
            return since
        found = self._best(links[number - 1], since)
        return found[0] if found else None

    def _best(self, links: list[Link], since: int) -> Link | None:
        return max((link for link in links if self.allows(link, since)), key=_begin, default=None)

    def _useful(self, links: list[Link], starts: Iterable[int]) -> list[Link]:
        if not links:
            return []
        wanted = [*(self._best(links, since) for since in starts), *self.open(links)]
        return [link for link in links if any(link is one for one in wanted)]


def _begin(link: Link) -> int:
    return link[0] or 0
