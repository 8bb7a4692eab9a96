"""How soon a server answers after `manage.py up`, with the embedded database and a data folder of its own."""

import os
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from bench.stage import Stage
from bench.whole import started_within

TIMES: Final = 3


def measure(stage: Stage) -> dict[str, float]:
    """`first_s` makes the database and its tables; `warm_s` is the median of those after it."""
    del stage
    with _own_folder():
        first = started_within()
        warm = [started_within() for _ in range(TIMES)]
    return {"first_s": round(first, 2), "warm_s": round(statistics.median(warm), 2)}


@contextmanager
def _own_folder() -> Iterator[None]:
    """Not the database of the other benchmarks."""
    before = {name: os.environ.get(name, "") for name in ("DATABASE_URL", "PICO_DATA_DIR")}
    with tempfile.TemporaryDirectory(prefix="pico-bench-") as folder:
        os.environ |= {"DATABASE_URL": "", "PICO_DATA_DIR": folder}
        try:
            yield
        finally:
            os.environ |= before
