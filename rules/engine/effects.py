"""What the runs of a batch write, gathered, so that each kind takes one statement however many runs there are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from conduits.delivery.queueing import DeliveryDraft, queue_deliveries
from journals.appending import EntryDraft, write_entries
from picos.events import Draft, record_events
from picos.notices import NoticeDraft, notify_all

Item = EntryDraft | Draft | DeliveryDraft | NoticeDraft


@dataclass(slots=True)
class Effects:
    """In the order in which they came. Nothing is written before `write`; whoever reads what they change, writes first.

    `turns`: the things whose turns the transaction holds since before it looked at them.
    """

    turns: Collection[UUID] = ()
    items: list[Item] = field(default_factory=list)
    _written: int = 0

    def add(self, item: Item) -> None:
        """An entry, an event, a message to an endpoint or a notice."""
        self.items.append(item)

    def mark(self) -> int:
        """What there is so far, for `undo`."""
        return self._written + len(self.items)

    def undo(self, mark: int) -> None:
        """Drops what came since, as far as it is not written."""
        del self.items[max(0, mark - self._written) :]

    def write(self) -> None:
        """Writes what was gathered so far. Must run inside a transaction."""
        items, self.items = self.items, []
        self._written += len(items)
        if items:
            _write(items, self.turns)


def _write(items: Sequence[Item], turns: Collection[UUID]) -> None:
    written = iter(write_entries([item for item in items if isinstance(item, EntryDraft)], held=turns))
    ordered = [next(written).event if isinstance(item, EntryDraft) else item for item in items]
    # A drain that handled anything is followed by another (rules/tasks.py), which finds these.
    record_events([item for item in ordered if isinstance(item, Draft)], ring=False)
    queue_deliveries([item for item in items if isinstance(item, DeliveryDraft)])
    notify_all([item for item in items if isinstance(item, NoticeDraft)])
