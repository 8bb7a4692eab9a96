"""Labels on sheets, as PDF. Squares are vectors, so that they stay sharp in every viewer and printer."""

from collections.abc import Iterator

from reportlab import rl_config
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from parties.errors import RefusedError
from picos.labels.layout import Layout, lay_out, pad_on
from picos.labels.letters import FIXED, PLAIN
from picos.labels.order import Label, Order, labels_of, wanted
from picos.labels.sheets import Sheet, places, sheet_named
from picos.models import Batch
from picos.squares import QUIET_ZONE, Pen, square_of

# Its pages as text take as long as all the rest together.
rl_config.useA85 = 0
MEDIA = "application/pdf"
# Labels in one file: two seconds of work, and 10 MB of memory.
MOST = 10_000
_PEN = Pen(lambda x, y, width: f"{x} {y} {width} 1 re ")


def check(batch: Batch, order: Order) -> None:
    """Raises RefusedError for more than one file holds; and what `wanted` raises."""
    number = wanted(batch, order) * order.copies
    if number > MOST:
        part = MOST // order.copies
        message = (
            f"A PDF holds {MOST:,} labels; this would be {number:,}. Take it in parts, such as "
            f"first={order.first}&count={part}, then first={order.first + part}&count={part}."
        )
        raise RefusedError(message, field="count")


def written(batch: Batch, order: Order) -> Iterator[bytes]:
    """The sheets, in one part, as a PDF ends with where its pages are."""
    sheet = sheet_named(order.sheet)
    canvas = Canvas("", pagesize=[side * mm for side in sheet.PAGE], pageCompression=1)
    canvas.setTitle(f"{batch.product.name}: labels")
    canvas.setCreator("Pico Conduit")
    _draw(canvas, sheet, order, labels_of(batch, order))
    yield canvas.getpdfdata()


def _draw(canvas: Canvas, sheet: Sheet, order: Order, labels: Iterator[Label]) -> None:
    at = places(sheet)
    place = order.start - 1
    fonts = {font: canvas._doc.getInternalFontName(font) for font in (PLAIN, FIXED)}  # noqa: SLF001 (has no other door)
    pad = pad_on(sheet)
    for label in labels:
        drawn = _label(label, lay_out(label, *sheet.LABEL, pad=pad), fonts)
        for _ in range(order.copies):
            if place == len(at):
                canvas.showPage()
                place = 0
            left, top = at[place]
            # A PDF's origin is the lower left corner.
            x, y = (left + order.x) * mm, (sheet.PAGE[1] - top - order.y) * mm
            canvas.addLiteral(f"q 1 0 0 1 {x:.3f} {y:.3f} cm {drawn}Q")
            place += 1


def _label(label: Label, layout: Layout, fonts: dict[str, str]) -> str:
    """What it takes to draw it, from its upper left corner, downwards (ISO 32000-1 sections 8.5 and 9.4).

    Written as it stands in the file: through the canvas's own methods it takes twice the time.
    """
    square = square_of(label.url)
    module = layout.side * mm / square.side
    left, top = layout.x * mm + QUIET_ZONE * module, layout.y * mm + QUIET_ZONE * module
    texts = "".join(
        f"BT /{fonts[line.font][1:]} {line.size * mm:.2f} Tf {line.x * mm:.2f} {-line.y * mm:.2f} Td "
        f"({_escaped(line.text)}) Tj ET "
        for line in layout.lines
    )
    return f"{texts}{module:.5f} 0 0 {-module:.5f} {left:.3f} {-top:.3f} cm {_PEN.draw(square)}f "


def _escaped(text: str) -> str:
    """A literal string (section 7.3.4.2) in the fonts' encoding, WinAnsiEncoding."""
    if text.isascii() and not set(text) & set("\\()"):
        return text
    return "".join(f"\\{byte:03o}" for byte in text.encode("cp1252"))
