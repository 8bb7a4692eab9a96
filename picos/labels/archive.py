"""A batch's squares as a ZIP of SVGs, for a designer or a print shop that places them itself."""

from collections.abc import Iterator
from zipfile import ZIP_DEFLATED, ZipFile

from parties.errors import RefusedError
from picos.labels.order import Order, labels_of, wanted
from picos.models import Batch
from picos.qr import MODULE_MM, square_svg
from picos.squares import square_of

MEDIA = "application/zip"
# The list of its files is kept until the end, and written last: 500 bytes each.
MOST = 100_000


def check(batch: Batch, order: Order) -> None:
    """Raises RefusedError for more files than one archive holds; and what `wanted` raises."""
    number = wanted(batch, order)
    if number > MOST:
        message = f"A ZIP holds {MOST:,} codes; this would be {number:,}. Take it in parts: first=1&count={MOST}."
        raise RefusedError(message, field="count")


def written(batch: Batch, order: Order) -> Iterator[bytes]:
    """One file a copy, named for its place in the batch and its code; written as it is read."""
    sink = _Sink()
    named = "code" in order.fields
    with ZipFile(sink, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        for number, label in enumerate(labels_of(batch, order), start=order.first):
            square = square_of(label.url)
            drawn = square_svg(square, code=label.code if named else "", width=f"{square.side * MODULE_MM:g}mm")
            archive.writestr(f"{number:07}-{label.code}.svg", drawn)
            yield sink.taken()
    yield sink.taken()


class _Sink:
    """A file that only goes forward, and hands on what was written to it."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        self._parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken
