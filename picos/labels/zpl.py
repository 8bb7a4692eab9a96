"""Labels for Zebra printers and those that speak as they do, after Zebra's ZPL II Programming Guide.

The printer draws the square itself (^BQ), at level M.
"""

from collections.abc import Iterator

from picos.labels.layout import Layout, lay_out
from picos.labels.order import Label, Order, labels_of, wanted
from picos.models import Batch
from picos.qr import measures
from picos.squares import QUIET_ZONE

MEDIA = "application/zpl; charset=utf-8"
INCH = 25.4
# Dots per module that every printer knows.
LARGEST_MODULE = 10


def check(batch: Batch, order: Order) -> None:
    """Raises what `wanted` raises."""
    wanted(batch, order)


def written(batch: Batch, order: Order) -> Iterator[str]:
    """One format (^XA … ^XZ) a label, in the order of minting. Copies are the printer's matter (^PQ)."""
    modules = measures().modules + 2 * QUIET_ZONE
    for label in labels_of(batch, order):
        yield _format(label, order, modules)


def _format(label: Label, order: Order, modules: int) -> str:
    dots = order.dpi / INCH
    layout = lay_out(label, order.width, order.height)
    head = f"^XA^CI28^PW{order.width * dots:.0f}^LL{order.height * dots:.0f}^LH0,0\n"
    return f"{head}{_square(label, layout, dots, modules)}{_texts(layout, dots)}^PQ{order.copies}^XZ\n"


def _square(label: Label, layout: Layout, dots: float, modules: int) -> str:
    """In the middle of its place, as modules are whole dots."""
    module = max(1, min(LARGEST_MODULE, int(layout.side * dots / modules)))
    border = (layout.side * dots - modules * module) / 2 + QUIET_ZONE * module
    x, y = round(layout.x * dots + border), round(layout.y * dots + border)
    return f"^FO{x},{y}^BQN,2,{module}^FH^FDMA,{_escaped(label.url)}^FS\n"


def _texts(layout: Layout, dots: float) -> str:
    """^FT is the left end of a text's baseline; font 0 is in every printer."""
    return "".join(
        f"^FT{line.x * dots:.0f},{line.y * dots:.0f}^A0N,{line.size * dots:.0f},{line.size * dots:.0f}"
        f"^FH^FD{_escaped(line.text)}^FS\n"
        for line in layout.lines
    )


def _escaped(text: str) -> str:
    """For ^FH: what ZPL would take for its own, and all but printable ASCII, as the UTF-8 bytes' hex (^CI28)."""
    return "".join(
        letter
        if " " <= letter <= "~" and letter not in "^~_\\"
        else "".join(f"_{byte:02X}" for byte in letter.encode())
        for letter in text
    )
