"""How soon a company's answer is on the page that a scan opened: webhook, answer through the API, the page's bell."""

import asyncio
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from statistics import quantiles
from typing import Final

from bench.answerer import ANSWER
from bench.server import running
from bench.stage import Stage
from bench.whole import LOOPBACK, URL, whole
from conduits.opening import claim_and_open
from demo.story.browser import Browser
from demo.story.customer import PHONE
from demo.story.mailbox import mailed_code
from parties.keys import create_key
from parties.models import Person
from picos.event_types import SCANNED
from picos.models import Pending, Pico
from rules.subscriptions import add_subscribed_endpoint

PORT: Final = 8399
RATE: Final = 20
WARMING: Final = 20
ADDRESS: Final = "scanner@example.com"
PATIENCE: Final = 20.0


def measure(stage: Stage) -> dict[str, float]:
    """Milliseconds from a scan, RATE of them a second, until its page shows the answer. Each is of another thing of one
    person, by whom the page is read. On the embedded broker. Raises MissedError for a page that never showed it.
    """
    company = stage.product.company
    codes = list(islice(stage.unclaimed, WARMING + int(RATE * stage.seconds)))
    owner = Person.objects.create_user(ADDRESS, "Scanner")
    for pico in Pico.objects.with_product().filter(code__in=codes):
        claim_and_open(pico=pico, person=owner)
    Pending.objects.all().delete()
    add_subscribed_endpoint(company=company, url=f"http://127.0.0.1:{PORT}/", events=[SCANNED], allowed=LOOPBACK)
    with whole(CELERY_BROKER_URL=""), _answering(create_key(party=company, name="answers")[1]):
        taken = asyncio.run(_measured(codes))
    percentiles = quantiles(taken, n=100)
    return {"p50_ms": round(percentiles[49] * 1000, 1), "p99_ms": round(percentiles[98] * 1000, 1)}


async def _measured(codes: Sequence[str]) -> list[float]:
    async with Browser(URL, PHONE) as phone:
        await _sign_in(phone)
        await asyncio.gather(*(_until_shown(phone, code) for code in codes[:WARMING]))
        scans = []
        begin = time.perf_counter()
        for number, code in enumerate(codes[WARMING:]):
            await asyncio.sleep(begin + number / RATE - time.perf_counter())
            scans.append(asyncio.create_task(_until_shown(phone, code)))
        return await asyncio.gather(*scans)


async def _sign_in(phone: Browser) -> None:
    asked = time.time()
    page = await phone.open("/things")
    page = await phone.send(page.form("email"), email=ADDRESS)
    code = await mailed_code(Path(os.environ["PICO_DATA_DIR"]) / "mail", ADDRESS, since=asked)
    await phone.send(page.form("code"), code=code)


async def _until_shown(phone: Browser, code: str) -> float:
    """Seconds from asking for the page."""
    begin = time.perf_counter()
    page = await phone.open(f"/P/{code}")
    async with phone.kept_live(page) as live:
        await live.comes_to_show(ANSWER, within=PATIENCE)
    return time.perf_counter() - begin


@contextmanager
def _answering(key: str) -> Iterator[None]:
    """The company's program, in a process of its own."""
    with running([sys.executable, "-m", "bench.answerer", str(PORT), key], port=PORT):
        yield
