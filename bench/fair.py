"""What healthy endpoints notice of a dead, a slow and a failing one, and of a thousand that never answer."""

import itertools
import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from ipaddress import ip_network
from statistics import median, quantiles
from typing import Final

from django.conf import settings
from django.db import connections
from django.utils import timezone
from uuid_utils.compat import uuid7

from bench.load import ask_at_once, connect, get
from bench.server import listening
from bench.stage import Stage
from conduits.delivery import draining as delivery
from conduits.delivery.queueing import TEST
from conduits.delivery.signing import new_secret
from conduits.models import Delivery, Endpoint
from parties.models import Company
from parties.vault import seal

PORT, CLOSED_PORT = 8392, 8391
URL: Final = f"http://127.0.0.1:{PORT}"
HEALTHY, HUNG, HUNG_EACH = 100, 1000, 3
ROUNDS: Final = 9
# How many get a message after each pause (seconds); all in turn, be they well or ill.
EACH_TIME, PAUSE = 10, 0.05
# As many as the sender's worker has (config/children.py).
THREADS: Final = 8
ARRIVES_WITHIN: Final = 60.0

_number = itertools.count()


def measure(stage: Stage) -> dict[str, float]:
    """Milliseconds from when a message is queued until it is at its healthy end; then among three ill ones, which were
    well until just then: medians of ROUNDS by turns. Then among HUNG that never answer, each of a company of its own
    and new; `newcomer_ms` is the first message of an endpoint that comes just after these.
    """
    settings.PICO_WEBHOOK_ALLOW = [ip_network("127.0.0.0/8")]
    healthy = [_endpoint(f"{URL}/{number}") for number in range(HEALTHY)]
    alone, among_three = [], []
    with listening(PORT), ThreadPoolExecutor(THREADS) as threads:
        _taken(threads, healthy, seconds=1)
        for _ in range(ROUNDS):
            alone.append(_p99(_taken(threads, healthy, seconds=stage.seconds / ROUNDS)))
            with _ill(f"http://127.0.0.1:{CLOSED_PORT}/", f"{URL}/slow", f"{URL}/failing") as ill:
                among_three.append(_p99(_taken(threads, healthy, ill, seconds=stage.seconds / ROUNDS)))
        with _ill(*[f"{URL}/hung"] * HUNG, standing=Endpoint.Standing.UNPROVEN) as hung:
            _queue(hung * HUNG_EACH)
            newcomer = _endpoint(f"{URL}/new", standing=Endpoint.Standing.UNPROVEN)
            first = _taken(threads, [newcomer], seconds=PAUSE)
            among_hung = _p99(_taken(threads, healthy, seconds=stage.seconds))
    return {
        "p99_ms": median(alone),
        "among_three_p99_ms": median(among_three),
        "ratio": round(median(among_three) / median(alone), 3),
        "among_hung_p99_ms": among_hung,
        "newcomer_ms": round(min(first) * 1000, 1),
    }


def _endpoint(url: str, *, standing: str = Endpoint.Standing.PROMPT) -> Endpoint:
    number = next(_number)
    company = Company.objects.create(name=f"Company {number}", slug=f"fair-{number}")
    return Endpoint.objects.create(company=company, url=url, secret=seal(new_secret()), standing=standing)


@contextmanager
def _ill(*urls: str, standing: str = Endpoint.Standing.PROMPT) -> Iterator[list[Endpoint]]:
    """Nothing is sent to them afterwards."""
    endpoints = [_endpoint(url, standing=standing) for url in urls]
    yield endpoints
    Endpoint.objects.filter(pk__in=[endpoint.pk for endpoint in endpoints]).update(status=Endpoint.Status.DISABLED)


def _taken(
    threads: ThreadPoolExecutor, healthy: Sequence[Endpoint], ill: Sequence[Endpoint] = (), *, seconds: float
) -> list[float]:
    """Seconds for each message to a healthy one."""
    queued: dict[int, float] = {}
    turns = itertools.cycle([*ill, *healthy])
    begin = time.monotonic()
    for due in itertools.count(begin, PAUSE):
        if due >= begin + seconds:
            break
        time.sleep(max(due - time.monotonic(), 0))
        now = time.monotonic()
        to = list(itertools.islice(turns, EACH_TIME))
        numbers = _queue(to)
        threads.submit(_drain)
        queued |= {number: now for number, endpoint in zip(numbers, to, strict=True) if endpoint not in ill}
    arrived = _arrived(threads, set(queued))
    return [arrived[number] - at for number, at in queued.items()]


def _queue(endpoints: Sequence[Endpoint]) -> list[int]:
    """What their bodies say."""
    numbers = [next(_number) for _ in endpoints]
    Delivery.objects.bulk_create(
        Delivery(
            endpoint=endpoint,
            event_id=uuid7(),
            event_type=TEST,
            sequence=0,
            body=str(number),
            next_attempt_at=timezone.now(),
        )
        for endpoint, number in zip(endpoints, numbers, strict=True)
    )
    return numbers


def _drain() -> None:
    try:
        delivery.drain_all()
    finally:
        connections.close_all()


def _arrived(threads: ThreadPoolExecutor, wanted: set[int]) -> dict[int, float]:
    """By number, when it was there. A bell rings each second meanwhile, as beat has it."""
    sink = connect(port=PORT)
    arrived: dict[int, float] = {}
    deadline = time.monotonic() + ARRIVES_WITHIN
    for turn in itertools.count(1):
        (told,) = ask_at_once([sink], [get("/", host="localhost")])
        arrived |= {int(body): when for when, body in json.loads(told)}
        if not wanted - arrived.keys():
            break
        if time.monotonic() > deadline:
            message = f"{len(wanted - arrived.keys())} of {len(wanted)} messages did not arrive"
            raise RuntimeError(message)
        time.sleep(0.1)
        if turn % 10 == 0:
            threads.submit(_drain)
    sink.socket.close()
    return arrived


def _p99(taken: Sequence[float]) -> float:
    return round(quantiles(taken, n=100)[98] * 1000, 1)
