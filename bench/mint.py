"""How fast picos are minted, and how much room each takes."""

import os
import struct
import time

from django.db import connection

from bench.stage import Stage

PLAIN_ROWS = 200_000


def measure(stage: Stage) -> dict[str, float]:
    """The ceiling is PostgreSQL's own COPY of rows as wide, into a table with one primary key."""
    minted = stage.batch.minted
    rate, ceiling = minted / stage.mint_seconds, _plain_copy()
    return {
        "picos": minted,
        "per_s": round(rate),
        "copy_per_s": round(ceiling),
        "ratio": round(rate / ceiling, 3),
        "bytes_per_pico": round(stage.table_bytes / minted),
    }


def _plain_copy() -> float:
    """Rows per second."""
    drawn = struct.iter_unpack("=Q", os.urandom(8 * PLAIN_ROWS))
    rows = "".join(f"{number}\t{'x' * 110}\n" for (number,) in drawn)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE plain (id numeric PRIMARY KEY, filling text)")
        begin = time.perf_counter()
        with cursor.copy("COPY plain FROM STDIN") as copy:
            copy.write(rows)
        taken = time.perf_counter() - begin
        cursor.execute("DROP TABLE plain")
    return PLAIN_ROWS / taken
