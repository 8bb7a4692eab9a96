"""What somebody wants printed of a batch, and the labels of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field

from api.bodies import Body
from parties.errors import RefusedError, StateForbidsError
from picos.codes import spaced
from picos.labels.sheets import places, room_beside, sheet_named
from picos.models import Batch
from picos.pins import pin_of
from picos.qr import url_of_code

Part = Literal["code", "name", "serial", "sku", "company", "pin"]
PARTS: tuple[Part, ...] = get_args(Part)
# How far from a label's edge nothing is printed, in mm.
EDGE = 1.5
# Rows fetched at a time.
ROWS = 2000


def _split(given: Any) -> Any:
    """`code,serial`, as it stands in a query."""
    if isinstance(given, str):
        return list(filter(None, (part.strip() for part in given.split(","))))
    return given


def _whole(given: Any) -> Any:
    """A number of three digits, which a query has as text."""
    return int(given) if isinstance(given, str) and re.fullmatch("[0-9]{3}", given) else given


class Order(Body):
    """What to print of a batch. Lengths in millimetres."""

    sheet: str = Field(default="5160", max_length=40, description="For PDF: a sheet's number, such as 5160 or L7160.")
    start: int = Field(default=1, ge=1, description="For PDF: the first free label on the first sheet.")
    copies: int = Field(default=1, ge=1, le=20, description="For PDF and ZPL: how many of each label.")
    x: float = Field(
        default=0, allow_inf_nan=False, ge=-20, le=20, description="For PDF: moves all of it to the right, in mm."
    )
    y: float = Field(default=0, allow_inf_nan=False, ge=-20, le=20, description="For PDF: moves all of it down, in mm.")
    fields: Annotated[list[Part], BeforeValidator(_split)] = Field(
        default=["code", "name", "serial"],
        description="For PDF and ZPL, with commas: what is printed beside the square; a ZIP knows `code` alone. "
        "`pin` takes a key that may write products.",
    )
    first: int = Field(default=1, ge=1, description="The first copy of the batch, in the order of minting.")
    count: int | None = Field(default=None, ge=1, description="How many copies; all the rest unless said.")
    dpi: Annotated[Literal[203, 300, 600], BeforeValidator(_whole)] = Field(
        default=203, description="For ZPL: the printer's dots per inch."
    )
    width: float = Field(
        default=57, allow_inf_nan=False, ge=15, le=200, description="For ZPL: the label's width in mm."
    )
    height: float = Field(
        default=32, allow_inf_nan=False, ge=15, le=300, description="For ZPL: the label's height in mm."
    )


@dataclass(frozen=True, slots=True)
class Label:
    """One copy's label: what its square says, and the texts beside it; `code` is among them only if wanted."""

    code: str
    url: str
    texts: tuple[tuple[Part, str], ...]


def wanted(batch: Batch, order: Order) -> int:
    """How many copies' labels these are. Raises StateForbidsError for a batch that is still being minted, and
    RefusedError for a copy or a place on the sheet that there is not.
    """
    if batch.unfinished:
        raise StateForbidsError(f"{batch.minted:,} of {batch.count:,} are minted; labels can be had when all are.")
    if order.first > batch.minted:
        raise RefusedError(f"This batch has {batch.minted:,} copies.", field="first")
    there_are = len(places(sheet_named(order.sheet)))
    if order.start > there_are:
        raise RefusedError(f"This sheet has {there_are} labels.", field="start")
    _check_shift(order)
    left = batch.minted - order.first + 1
    return min(order.count or left, left)


def _check_shift(order: Order) -> None:
    """Labels at the edge may be moved a little over it, as far as nothing is printed there."""
    left, top, right, bottom = room_beside(sheet_named(order.sheet))
    for field, shift, before, after in (("x", order.x, left, right), ("y", order.y, top, bottom)):
        if not -before - EDGE <= shift <= after + EDGE:
            message = f"Moved so far, labels would leave the page: from {-before - EDGE:.1f} to {after + EDGE:.1f} mm."
            raise RefusedError(message, field=field)


def labels_of(batch: Batch, order: Order) -> Iterator[Label]:
    """The labels in the order of minting, each once whatever `copies` says. What is empty is left out."""
    product = batch.product
    same = {"name": product.name, "sku": product.sku, "company": product.company.name}
    for code, serial in rows_of(batch, order):
        own = {"code": spaced(code), "serial": serial}
        if batch.pin_key and "pin" in order.fields:
            own["pin"] = f"PIN {pin_of(batch, code)}"
        texts = ((part, own.get(part) or same.get(part, "")) for part in PARTS if part in order.fields)
        yield Label(code, url_of_code(code), tuple((part, text) for part, text in texts if text))


def rows_of(batch: Batch, order: Order) -> Iterator[tuple[str, str]]:
    """Code and serial of each copy that is wanted, in the order of minting."""
    begin = order.first - 1
    rows = batch.picos.order_by("pk").values_list("code", "serial")
    return rows[begin : begin + wanted(batch, order)].iterator(ROWS)
