"""The first sheet as SVG, to look at before paper is spent: the same layout as the PDF's."""

from collections.abc import Iterator
from itertools import islice

from django.utils.html import escape

from picos.labels.layout import Layout, lay_out, pad_on
from picos.labels.letters import FIXED
from picos.labels.order import Label, Order, labels_of, wanted
from picos.labels.sheets import places, sheet_named
from picos.models import Batch
from picos.qr import PEN
from picos.squares import QUIET_ZONE, Square, square_of

_FONTS = {
    "Helvetica": 'font-family="Helvetica, Arial, sans-serif"',
    FIXED: 'font-family="Courier, monospace" font-weight="bold"',
}


def preview(batch: Batch, order: Order) -> str:
    """A page with the edges of its labels. Raises what `wanted` raises."""
    sheet = sheet_named(order.sheet)
    at = places(sheet)
    width, height = sheet.LABEL
    across, down = sheet.PAGE
    edges = "".join(f"M{left:g} {top:g}h{width:g}v{height:g}h-{width:g}z" for left, top in at)
    pad = pad_on(sheet)
    printed = "".join(
        f'<g transform="translate({left + order.x:g} {top + order.y:g})">{_label(label, width, height, pad)}</g>'
        for (left, top), label in zip(at[order.start - 1 :], _first(batch, order, len(at)), strict=False)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{across:g}mm" height="{down:g}mm" '
        f'viewBox="0 0 {across:g} {down:g}"><path fill="#fff" d="M0 0h{across:g}v{down:g}h-{across:g}z"/>'
        f'{printed}<path fill="none" stroke="#9db4f5" stroke-width=".3" d="{edges}"/></svg>'
    )


def _first(batch: Batch, order: Order, most: int) -> Iterator[Label]:
    fewer = order.model_copy(update={"count": min(wanted(batch, order), most)})
    return islice((label for label in labels_of(batch, fewer) for _ in range(order.copies)), most)


def _label(label: Label, width: float, height: float, pad: float) -> str:
    layout = lay_out(label, width, height, pad=pad)
    return _square(square_of(label.url), layout) + "".join(
        f'<text x="{line.x:.2f}" y="{line.y:.2f}" font-size="{line.size:.2f}" {_FONTS[line.font]}>'
        f"{escape(line.text)}</text>"
        for line in layout.lines
    )


def _square(square: Square, layout: Layout) -> str:
    module = layout.side / square.side
    left, top = layout.x + QUIET_ZONE * module, layout.y + QUIET_ZONE * module
    return f'<path transform="translate({left:.3f} {top:.3f}) scale({module:.4f})" d="{PEN.draw(square)}"/>'
