"""What the runs of a batch write, gathered, so that each kind takes one statement however many runs there are."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

from conduits.delivery.queueing import DeliveryDraft, queue_deliveries
from journals.appending import EntryDraft, write_entries
from picos.events import Draft, record_events
from picos.notices import NoticeDraft, notify_all


@dataclass(slots=True)
class Effects:
    """In the order in which they came. Nothing is written before `write`; whoever reads what they change, writes first.

    A run gathers its own in a `part`, which is taken over when all its actions are done and dropped when one failed.
    """

    items: list[EntryDraft | Draft | DeliveryDraft | NoticeDraft] = field(default_factory=list)
    whole: Self | None = None

    def part(self) -> "Effects":
        """For one run."""
        return Effects(whole=self)

    def add(self, item: EntryDraft | Draft | DeliveryDraft | NoticeDraft) -> None:
        """An entry, an event, a message to an endpoint or a notice."""
        self.items.append(item)

    def take_over(self) -> None:
        """The part's run succeeded: what it gathered belongs to the whole from now on."""
        assert self.whole is not None  # noqa: S101 (only a part is taken over)
        self.whole.items += self.items
        self.items = []

    def write(self) -> None:
        """Writes what the whole and this part have gathered so far. Must run inside a transaction."""
        if self.whole:
            self.whole.write()
        items, self.items = self.items, []
        if items:
            _write(items)


def _write(items: Sequence[EntryDraft | Draft | DeliveryDraft | NoticeDraft]) -> None:
    written = iter(write_entries([item for item in items if isinstance(item, EntryDraft)]))
    ordered = [next(written).event if isinstance(item, EntryDraft) else item for item in items]
    record_events([item for item in ordered if isinstance(item, Draft)])
    queue_deliveries([item for item in items if isinstance(item, DeliveryDraft)])
    notify_all([item for item in items if isinstance(item, NoticeDraft)])
