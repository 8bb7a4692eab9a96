"""How fast picos are minted, and how much room each takes."""

import time

from django.db import connection

from picos import minting
from picos.models import Product


def measure(product: Product, *, count: int) -> dict[str, float]:
    """Mints `count` more picos of the product, and measures the table with its indexes before and after."""
    before = _size()
    begin = time.perf_counter()
    minting.mint(minting.order_batch(product=product, count=count).pk)
    seconds = time.perf_counter() - begin
    return {
        "picos": count,
        "seconds": round(seconds, 2),
        "per_second": round(count / seconds),
        "bytes_each": round((_size() - before) / count),
    }


def _size() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('picos_pico')")
        return int(cursor.fetchone()[0])
