"""What benchmarks are run on: a company, a product, and many picos that were just minted."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection

from bench.database import own_database
from parties.models import Company
from picos import minting
from picos.models import Batch, Pico, Product

# Enough codes that none is hot.
DRAWN = 200_000


@dataclass(frozen=True, slots=True)
class Stage:
    """`mint_seconds` is what minting the batch took, `table_bytes` what its rows take with their indexes. Who claims a
    copy takes its code from `unclaimed`, which begins with the last.
    """

    product: Product
    batch: Batch
    codes: list[str]
    unclaimed: Iterator[str]
    seconds: float
    mint_seconds: float
    table_bytes: int


@contextmanager
def staged(*, picos: int, seconds: float) -> Iterator[Stage]:
    """A stage with `picos` copies of one product, in a database of its own; a load on it lasts `seconds`."""
    with own_database():
        company = Company.objects.create(name="Bench", slug="bench")
        product = Product.objects.create(company=company, sku="B-1", name="Boot")
        empty = _size()
        begin = time.perf_counter()
        batch = minting.order_batch(product=product, count=picos)
        minting.mint(batch.pk)
        taken = time.perf_counter() - begin
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE picos_pico")
        codes = list(Pico.objects.order_by("code").values_list("code", flat=True)[:DRAWN])
        batch.refresh_from_db()
        yield Stage(product, batch, codes, reversed(codes), seconds, taken, _size() - empty)


def clear() -> None:
    """Nobody is to send what was queued, to meet the rules of the benchmark before, or to be told of new scans."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE picos_pending, conduits_delivery, conduits_endpoint, rules_rule, rules_run CASCADE")


def _size() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('picos_pico')")
        return int(cursor.fetchone()[0])
