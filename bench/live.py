"""How many pages can be open at once, what each takes, and how soon each hears its bell."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles
from typing import Final
from uuid import UUID

from uuid_utils.compat import uuid7

from bench.server import running
from bench.stage import Stage
from config.children import live
from live.announcing import announce
from live.tokens import token_for, topic

PORT: Final = 8398
PAGES: Final = 5_000
RUNG: Final = 500
OPENED_AT_ONCE: Final = 100
PATIENCE: Final = 20.0
CHANGE: Final = b"event: change\n"
END_OF_MESSAGE: Final = b"\n"

Page = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def measure(stage: Stage) -> dict[str, float]:
    """`pages` are open at once, each on a journal of its own; `kb_per_page` is what the live process grew by for each.

    `p50_ms` and `p99_ms` go from the commit that rings a journal's bell until its page hears it. Raises TimeoutError
    for a page that hears nothing.
    """
    del stage
    journals = [uuid7() for _ in range(PAGES)]
    with running(live(host="127.0.0.1", port=PORT), port=PORT, quiet=True) as server, asyncio.Runner() as runner:
        runner.run(_open(journals[:OPENED_AT_ONCE]))
        before = _kilobytes(server.pid)
        pages = runner.run(_open(journals))
        grown = _kilobytes(server.pid) - before
        step = PAGES // RUNG
        taken = [_ring(runner, *one) for one in zip(journals[::step], pages[::step], strict=True)]
    percentiles = quantiles(taken, n=100)
    return {
        "pages": len(pages),
        "kb_per_page": round(grown / len(pages), 1),
        "p50_ms": round(percentiles[49] * 1000, 2),
        "p99_ms": round(percentiles[98] * 1000, 2),
    }


def _ring(runner: asyncio.Runner, journal: UUID, page: Page) -> float:
    """Seconds until the page has heard it."""
    begin = time.perf_counter()
    announce(topic("journal", journal, "owner"))
    runner.run(_hear(page))
    return time.perf_counter() - begin


async def _open(journals: Sequence[UUID]) -> list[Page]:
    """Pages that have heard that they are connected."""
    pages: list[Page] = []
    for first in range(0, len(journals), OPENED_AT_ONCE):
        some = journals[first : first + OPENED_AT_ONCE]
        pages += await asyncio.gather(*(_open_one(journal) for journal in some))
    return pages


async def _open_one(journal: UUID) -> Page:
    token = token_for(topic("journal", journal, "owner"))
    page = await asyncio.open_connection("127.0.0.1", PORT)
    page[1].write(f"GET /live?token={token} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    await _hear(page, END_OF_MESSAGE)
    return page


async def _hear(page: Page, line: bytes = CHANGE) -> None:
    async with asyncio.timeout(PATIENCE):
        while await page[0].readline() != line:
            if page[0].at_eof():
                message = "the live process closed a page's stream"
                raise ConnectionError(message)


def _kilobytes(pid: int) -> int:
    """Of the server's workers."""
    workers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    statuses = [Path(f"/proc/{worker}/status").read_text() for worker in workers]
    return sum(int(status.partition("VmRSS:")[2].split()[0]) for status in statuses)
