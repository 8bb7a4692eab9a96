"""The files of a batch's labels, as API and desk give them away."""

from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Final

from django.http import StreamingHttpResponse
from django.utils.text import slugify

from picos.labels import archive, pdf, table, zpl
from picos.labels.order import Order
from picos.models import Batch

# By the end of the file's name. Each has MEDIA, `check` (may it be made?) and `written` (its parts).
KINDS: Final[dict[str, ModuleType]] = {"pdf": pdf, "zpl": zpl, "csv": table, "zip": archive}
# Bytes sent at a time.
PART = 65536


def file_of(*, batch: Batch, kind: str, order: Order) -> StreamingHttpResponse:
    """The file to save. Raises RefusedError and StateForbidsError before a byte of it is sent."""
    made = KINDS[kind]
    made.check(batch, order)
    response = StreamingHttpResponse(_gathered(made.written(batch, order)), content_type=made.MEDIA)
    response["Content-Disposition"] = f'attachment; filename="{_name(batch)}.{kind}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _name(batch: Batch) -> str:
    """What tells it from the others in a folder of downloads: what, how many, and when it was ordered."""
    return f"{slugify(batch.product.sku) or 'batch'}-{batch.minted}-{batch.created_at:%Y%m%d-%H%M%S}"


def _gathered(parts: Iterable[str | bytes]) -> Iterator[bytes]:
    """The same in larger parts, as each is a write to the socket."""
    waiting = bytearray()
    for part in parts:
        waiting += part.encode() if isinstance(part, str) else part
        if len(waiting) >= PART:
            yield bytes(waiting)
            waiting.clear()
    yield bytes(waiting)
