"""Minting: many picos of one product, in the background, each with its own code."""

import logging
from collections.abc import Sequence
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from uuid_utils import uuid7

from parties.errors import RefusedError
from picos import bell
from picos.codes import new_codes
from picos.models import Batch, Pico, Product
from picos.pins import new_pin_key

logger = logging.getLogger(__name__)

MOST = 1_000_000
# Picos per transaction: progress shows, and a crash costs at most this much work.
CHUNK = 10_000


@transaction.atomic
def order_batch(*, product: Product, count: int, serials: Sequence[str] = ()) -> Batch:
    """A batch that a worker will mint. Raises RefusedError for a wrong count, or serials that repeat or do not fit.

    With serials, orders of one product take turns: what two both found free could never be minted.
    """
    if not 1 <= count <= MOST:
        message = f"A batch has 1 to {MOST:,} copies."
        raise RefusedError(message, field="count")
    if serials:
        Product.objects.select_for_update(no_key=True).get(pk=product.pk)
        _check_serials(product, count, serials)
    batch = Batch.objects.create(
        product=product,
        count=count,
        serials=list(serials),
        pin_key=new_pin_key() if product.claim_policy == Product.ClaimPolicy.PIN else "",
    )
    bell.ring(bell.MINTING)
    return batch


def mint_unfinished() -> None:
    """Mints every batch that is not finished, oldest first; one that fails is tried again later and stops no other."""
    for batch_id in list(Batch.objects.unfinished().order_by("created_at").values_list("pk", flat=True)):
        try:
            mint(batch_id)
        except Exception:
            logger.exception("batch %s cannot be minted now", batch_id)


def mint(batch_id: UUID) -> None:
    """Mints what the batch still lacks, a chunk per transaction. Safe to run twice, or after a crash; at once with
    another run it leaves the batch to that one.
    """
    while _mint_chunk(batch_id):
        pass


@transaction.atomic
def _mint_chunk(batch_id: UUID) -> bool:
    batch = Batch.objects.unfinished().defer("serials").select_for_update(skip_locked=True).filter(pk=batch_id).first()
    if batch is None:
        return False
    chunk = min(CHUNK, batch.count - batch.minted)
    minted = batch.minted + chunk
    # Only this chunk's: a million serials would otherwise be read a hundred times.
    serials = Batch.objects.values_list(f"serials__{batch.minted}_{minted}", flat=True).get(pk=batch_id)
    _copy(batch, serials or [""] * chunk)
    done = minted == batch.count
    Batch.objects.filter(pk=batch_id).update(
        minted=minted,
        state=Batch.State.DONE if done else Batch.State.MINTING,
        finished_at=timezone.now() if done else None,
    )
    return not done


def _copy(batch: Batch, serials: Sequence[str]) -> None:
    """COPY is about ten times as fast as INSERT. Two equal codes of 60 bits would fail the chunk, which is retried."""
    columns = "id, code, product_id, batch_id, serial, status, name, company_name, pin_tries"
    same = f"{batch.product_id}\t{batch.pk}"
    rest = f"{Pico.Status.MINTED}\t\t\t0\n"
    rows = [
        f"{uuid7()}\t{code}\t{same}\t{serial and serial.translate(_IN_COPY)}\t{rest}"
        for code, serial in zip(new_codes(len(serials)), serials, strict=True)
    ]
    with connection.cursor() as cursor, cursor.copy(f"COPY picos_pico ({columns}) FROM STDIN") as copy:
        copy.write("".join(rows))


# What a value may not hold as it is in COPY's text format.
_IN_COPY = str.maketrans({"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"})


def _check_serials(product: Product, count: int, serials: Sequence[str]) -> None:
    if len(serials) != count:
        message = f"Serials: {len(serials):,}; copies: {count:,}. Each copy needs one."
        raise RefusedError(message, field="serials")
    if len(set(serials)) != count:
        message = "A serial is there twice."
        raise RefusedError(message, field="serials")
    if taken := _first_taken(product, serials):
        message = f"Serial {taken} is taken."
        raise RefusedError(message, field="serials")


def _first_taken(product: Product, serials: Sequence[str]) -> str | None:
    """One that a copy has, or is to get by a batch that waits."""
    minted = Pico.objects.filter(product=product, serial__in=serials).values_list("serial", flat=True)
    for waiting in Batch.objects.unfinished().filter(product=product).values_list("serials", flat=True).iterator(1):
        if both := set(waiting).intersection(serials):
            return min(both)
    return minted.first()
