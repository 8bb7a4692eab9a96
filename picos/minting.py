"""Minting: many picos of one product, in the background, each with its own code."""

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from uuid import UUID

from django.db import connection, transaction
from django.db.models.functions import Coalesce
from django.utils import timezone
from uuid_utils import uuid7

from parties.errors import RefusedError, StateForbidsError
from picos import bell
from picos.codes import new_codes
from picos.gs1.digital_link import LOT, is_value
from picos.models import Batch, GivenSerials, Pico, Product
from picos.pins import new_pin_key
from picos.serial_files import report
from picos.serials import check_free_numbers, check_numbers, next_number, parse_pattern, pattern_of, taken_serials

logger = logging.getLogger(__name__)

MOST = 5_000_000
# Picos per transaction: progress shows, and a crash costs at most this much work.
CHUNK = 10_000
# Rows that are written at once: the server takes them in while the next are made.
PIECE = 1000


@transaction.atomic
def order_batch(
    *,
    product: Product,
    count: int,
    serials: Sequence[str] = (),
    lines: Sequence[int] = (),
    pattern: str = "",
    first_number: int | None = None,
    lot: str = "",
) -> Batch:
    """A batch of 1 to `MOST` that a worker will mint: with the `serials` given, numbered by a `pattern`, or without.

    `lines` are those of the file that the serials stand in, if it is one, by which it is told what is wrong. `lot` is
    the maker's own number for it. Numbers begin at `first_number`, or after the last one that the pattern gave. Raises
    RefusedError for a wrong count, for serials that repeat, are taken or do not fit, and for a lot that is none or
    another batch's. Orders with serials or a lot of one product take turns: what two both found free could never be
    minted.
    """
    if not 1 <= count <= MOST:
        message = f"A batch has 1 to {MOST:,} copies."
        raise RefusedError(message, field="count")
    if serials and pattern:
        message = "Serials are either given or numbered by a pattern."
        raise RefusedError(message, field="pattern")
    if serials or pattern or lot:
        Product.objects.select_for_update(no_key=True).get(pk=product.pk)
    numbered = _numbered(product, count, pattern, first_number) if pattern else {}
    if serials:
        _check_serials(product, count, serials, lines)
    if lot:
        _check_lot(product, lot)
    pins = product.claim_policy == Product.ClaimPolicy.PIN
    pin_key = new_pin_key() if pins else ""
    batch = Batch.objects.create(product=product, count=count, lot=lot, pin_key=pin_key, **numbered)
    GivenSerials.objects.bulk_create(
        GivenSerials(batch=batch, first=first, serials=list(serials[first : first + CHUNK]))
        for first in range(0, len(serials), CHUNK)
    )
    bell.ring(bell.MINTING)
    return batch


@transaction.atomic
def cancel_batch(batch: Batch) -> None:
    """Mints no more of it; what is minted stays. Raises StateForbidsError when it is finished."""
    now = timezone.now()
    if not Batch.objects.unfinished().filter(pk=batch.pk).update(state=Batch.State.CANCELLED, finished_at=now):
        message = "It is minted already." if batch.state == Batch.State.DONE else "It is not being minted any more."
        raise StateForbidsError(message)
    GivenSerials.objects.filter(batch=batch).delete()
    batch.refresh_from_db()


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
    batch = Batch.objects.unfinished().select_for_update(skip_locked=True).filter(pk=batch_id).first()
    if batch is None:
        return False
    # Not this transaction's time: the rate is told from when the work began.
    began = timezone.now()
    serials = _serials(batch)
    _copy(batch, serials)
    minted = batch.minted + len(serials)
    done = minted == batch.count
    Batch.objects.filter(pk=batch_id).update(
        minted=minted,
        state=Batch.State.DONE if done else Batch.State.MINTING,
        started_at=Coalesce("started_at", began),
        finished_at=timezone.now() if done else None,
    )
    if done:
        GivenSerials.objects.filter(batch=batch).delete()
    return not done


def _serials(batch: Batch) -> list[str]:
    """Those of the next copies, "" for each without one."""
    given = GivenSerials.objects.filter(batch=batch, first__lte=batch.minted).order_by("-first").first()
    if given:
        return given.serials[batch.minted - given.first :][:CHUNK]
    chunk = min(CHUNK, batch.count - batch.minted)
    if batch.first_number is None:
        return [""] * chunk
    pattern, first = pattern_of(batch), batch.first_number + batch.minted
    return [pattern.serial(number) for number in range(first, first + chunk)]


def _copy(batch: Batch, serials: Sequence[str]) -> None:
    """COPY is about ten times as fast as INSERT. Two equal codes of 60 bits would fail the chunk, which is retried."""
    columns = "id, code, product_id, batch_id, serial, status, name, company_name, pin_tries"
    with connection.cursor() as cursor, cursor.copy(f"COPY picos_pico ({columns}) FROM STDIN") as copy:
        for start in range(0, len(serials), PIECE):
            copy.write("".join(_rows(batch, serials[start : start + PIECE])))


def _rows(batch: Batch, serials: Sequence[str]) -> Iterator[str]:
    before, after = f"{batch.product_id}\t{batch.pk}", f"{Pico.Status.MINTED}\t\t\t0\n"
    for code, serial in zip(new_codes(len(serials)), serials, strict=True):
        yield f"{uuid7()}\t{code}\t{before}\t{serial and serial.translate(_IN_COPY)}\t{after}"


# What a value may not hold as it is in COPY's text format.
_IN_COPY = str.maketrans({"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"})


def _numbered(product: Product, count: int, typed: str, first_number: int | None) -> dict[str, str | int]:
    pattern = parse_pattern(typed, at=timezone.now())
    first = next_number(product, pattern) if first_number is None else first_number
    check_numbers(pattern, first=first, count=count)
    check_free_numbers(product, pattern, first=first, count=count)
    return {"pattern": str(pattern), "first_number": first}


def _check_serials(product: Product, count: int, serials: Sequence[str], lines: Sequence[int]) -> None:
    if len(serials) != count:
        message = f"Serials: {len(serials):,}; copies: {count:,}. Each copy needs one."
        raise RefusedError(message, field="serials")
    if len(set(serials)) != count:
        twice = [serial for serial, times in Counter(serials).items() if times > 1]
        raise RefusedError(report([f"{serial} is there twice." for serial in twice]), field="serials")
    if not (taken := taken_serials(product, serials)):
        return
    if lines:
        placed = zip(lines, serials, strict=True)
        wrong = [f"Line {line}: {serial} is taken." for line, serial in placed if serial in taken]
        raise RefusedError(report(wrong), field="file")
    wrong = [f"Serial {serial} is taken." for serial in serials if serial in taken]
    raise RefusedError(report(wrong), field="serials")


def _check_lot(product: Product, lot: str) -> None:
    if not is_value(LOT, lot):
        message = "A lot has at most 20 letters, figures and signs such as - . / and no spaces."
        raise RefusedError(message, field="lot")
    if product.batches.filter(lot=lot).exists():
        message = f"There is a batch of lot {lot} already."
        raise RefusedError(message, field="lot")
