"""How much later one company's webhooks are beside another whose rules do the worst that rules can."""

import itertools
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from statistics import quantiles
from typing import Any, Final

from bench.load import paced
from bench.relay import CONNECTIONS, SINK, arrivals, relayed
from bench.scan import scan_of
from bench.server import listening
from bench.stage import Stage
from bench.whole import LOOPBACK, WEB, whole
from parties.models import Company
from picos import minting
from picos.event_types import SCANNED
from picos.models import Pico, Product
from rules.event_types import RULE_RAISED
from rules.language.definition import MOST_ACTIONS, Definition
from rules.subscriptions import add_subscribed_endpoint
from rules.writing import write_rule

RATE: Final = 20
HUNG: Final = 8398
THINGS: Final = 1_000


def measure(stage: Stage) -> dict[str, float]:
    """Milliseconds from a scan until its webhook, at RATE a second, alone and beside as many scans of the other's.

    `ratio` compares the two 99th percentiles. Raises RuntimeError when a webhook never came.
    """
    url = f"http://127.0.0.1:{SINK}/"
    add_subscribed_endpoint(company=stage.product.company, url=url, events=[SCANNED], allowed=LOOPBACK)
    codes, others = itertools.cycle(stage.codes), itertools.cycle(_things())
    with listening(SINK), _hung(), whole():
        relayed(codes, rate=RATE, seconds=2)
        alone = relayed(codes, rate=RATE, seconds=stage.seconds)
        beside = _beside(codes, others, seconds=stage.seconds)
    alone_ms, beside_ms = (quantiles(taken, n=100)[98] * 1000 for taken in (alone, beside))
    return {
        "alone_p99_ms": round(alone_ms, 1),
        "beside_p99_ms": round(beside_ms, 1),
        "ratio": round(beside_ms / alone_ms, 3),
    }


def _beside(codes: Iterable[str], others: Iterator[str], *, seconds: float) -> list[float]:
    """Seconds for each scan of the first; one of the others follows each."""
    scanned = list(itertools.islice(codes, int(RATE * seconds)))
    both = itertools.chain.from_iterable((code, next(others)) for code in scanned)
    due = paced((scan_of(code, port=WEB) for code in both), port=WEB, rate=2 * RATE, connections=CONNECTIONS)
    arrived = arrivals(set(scanned))
    return [arrived[code] - at for code, at in zip(scanned, due[::2], strict=True)]


def _things() -> list[str]:
    """Codes of a company whose rules multiply each other up to their bounds, search with what would be a regular
    expression's worst, and send to an end that never answers.
    """
    company = Company.objects.create(name="Worst", slug="worst")
    product = Product.objects.create(company=company, sku="W-1", name="a" * 100)
    batch = minting.order_batch(product=product, count=THINGS)
    minting.mint(batch.pk)
    add_subscribed_endpoint(company=company, url=f"http://127.0.0.1:{HUNG}/", events=[SCANNED], allowed=LOOPBACK)
    for event in (SCANNED, RULE_RAISED):
        write_rule(party=company, definition=Definition.model_validate(_worst(event)))
    return list(Pico.objects.filter(batch=batch).values_list("code", flat=True))


def _worst(event: str) -> dict[str, Any]:
    bomb = {"field": "pico.product.name", "op": "matches", "value": "(a+)+$"}
    return {
        "name": f"At each {event}",
        "when": {"event": event},
        "if": bomb,
        "then": [{"do": "raise_event", "name": f"echo_{number}"} for number in range(MOST_ACTIONS)],
    }


@contextmanager
def _hung() -> Iterator[None]:
    """An end that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", HUNG), backlog=512):
        yield
