"""How soon a scan is at the company's end as a webhook, through everything that `manage.py up` starts."""

import itertools
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from statistics import quantiles
from typing import Final

from bench.load import ask_at_once, connect, get, paced
from bench.scan import scan_of
from bench.server import listening
from bench.stage import Stage
from bench.whole import LOOPBACK, WEB, redis, whole
from picos.event_types import SCANNED
from rules.subscriptions import add_subscribed_endpoint

SINK: Final = 8397
RATE: Final = 200
CONNECTIONS: Final = 64
STEPS: Final = (250, 500, 1000, 1500, 2000, 2500, 3000)
STEP_SECONDS: Final = 4
# What counts as keeping up, and how long the last ones are waited for.
WITHIN, ARRIVES_WITHIN = 1.0, 20.0


def measure(stage: Stage) -> dict[str, float]:
    """Milliseconds from when a scan is due, at RATE a second, until its webhook is there; by each broker.

    `sustained_per_s` is the highest of STEPS whose webhooks all came within WITHIN seconds, over Redis. Without a
    redis-server there are only the embedded broker's figures. Raises RuntimeError when a scan's webhook never came.
    """
    url = f"http://127.0.0.1:{SINK}/"
    add_subscribed_endpoint(company=stage.product.company, url=url, events=[SCANNED], allowed=LOOPBACK)
    codes = itertools.cycle(stage.codes)
    with listening(SINK):
        with whole(CELERY_BROKER_URL=""):
            figures = _measured(codes, stage.seconds, "embedded")
        with redis() as broker:
            if broker is None:
                return figures
            with whole(CELERY_BROKER_URL=broker):
                figures |= _measured(codes, stage.seconds, "redis")
                return figures | {"sustained_per_s": _sustained(codes)}


def _measured(codes: Iterator[str], seconds: float, broker: str) -> dict[str, float]:
    relayed(codes, rate=RATE, seconds=2)
    taken = relayed(codes, rate=RATE, seconds=seconds)
    percentiles = quantiles(taken, n=100)
    return {
        f"{broker}_p50_ms": round(percentiles[49] * 1000, 1),
        f"{broker}_p99_ms": round(percentiles[98] * 1000, 1),
    }


def _sustained(codes: Iterator[str]) -> int:
    highest = 0
    for rate in STEPS:
        if max(relayed(codes, rate=rate, seconds=STEP_SECONDS)) > WITHIN:
            break
        highest = rate
    return highest


def relayed(codes: Iterator[str], *, rate: int, seconds: float) -> list[float]:
    """Seconds for each scan until its webhook was there."""
    scanned = list(itertools.islice(codes, int(rate * seconds)))
    due = paced((scan_of(code, port=WEB) for code in scanned), port=WEB, rate=rate, connections=CONNECTIONS)
    arrived = arrivals(set(scanned))
    return [arrived[code] - at for code, at in zip(scanned, due, strict=True)]


def arrivals(wanted: set[str]) -> Mapping[str, float]:
    """By code, when its webhook was there. Raises RuntimeError when one never came."""
    sink = connect(port=SINK)
    arrived: dict[str, float] = {}
    deadline = time.monotonic() + ARRIVES_WITHIN
    while wanted - arrived.keys():
        if time.monotonic() > deadline:
            message = f"{len(wanted - arrived.keys())} of {len(wanted)} scans led to no webhook"
            raise RuntimeError(message)
        time.sleep(0.1)
        (told,) = ask_at_once([sink], [get("/", host="localhost")])
        messages: Sequence[tuple[float, str]] = json.loads(told)
        for when, body in messages:
            arrived.setdefault(json.loads(body)["data"]["pico"]["code"], when)
    sink.socket.close()
    return arrived
