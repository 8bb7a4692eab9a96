"""A batch as CSV, for a print shop."""

import csv
from collections.abc import Iterator

from picos.codes import spaced
from picos.labels.order import Order, rows_of, wanted
from picos.models import Batch
from picos.pins import pin_of
from picos.qr import url_of_code

MEDIA = "text/csv; charset=utf-8"
COLUMNS = ("code", "printed", "url", "serial", "pin")


def check(batch: Batch, order: Order) -> None:
    """Raises what `wanted` raises."""
    wanted(batch, order)


def written(batch: Batch, order: Order) -> Iterator[str]:
    """Its rows, in the order of minting; the PIN is empty where claiming takes none."""
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for code, serial in rows_of(batch, order):
        pin = pin_of(batch, code) if batch.pin_key else ""
        yield writer.writerow([code, spaced(code), url_of_code(code), _no_formula(serial), pin])


def _no_formula(serial: str) -> str:
    """A serial that a spreadsheet would run as a formula is kept from it by a quote."""
    return f"'{serial}" if serial and serial[0] in "=+-@\t\r" else serial


class _Echo:
    """Gives each row back instead of keeping it."""

    def write(self, row: str) -> str:
        return row
