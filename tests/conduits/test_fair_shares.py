"""One dead, one slow and one failing endpoint among a hundred healthy ones: what the healthy ones notice of it.

Time on a busy machine says little; so what is counted is how many messages are sent before a healthy one's, in the order
in which a worker really takes them, claim after claim. That the slow one's answers are waited for by nobody else is
shown with a real one that answers only once all the others have theirs.
"""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import pytest
from aiohttp import web

from conduits.delivery import claiming, due, recording
from conduits.delivery import draining as delivery
from conduits.delivery.endpoints import send_test
from conduits.delivery.http import Answer
from conduits.models import Delivery, Endpoint
from tests.conduits.at_once import at_once
from tests.conduits.sink import Received, Sink
from tests.factories import a_company, an_endpoint

HEALTHY = 100
EACH = 6
BACKLOG = 400
ANSWERS = {
    "dead": Answer(None, b"", {}, 0, "No connection could be made."),
    "failing": Answer(500, b"", {}, 3, "It answered 500."),
    "healthy": Answer(204, b"", {}, 3, None),
}


def endpoints(kind: str, number: int = 1) -> list[Endpoint]:
    """Of companies with so many each as they may have."""
    owners = [a_company() for _ in range(0, number, 40)]
    return [an_endpoint(owners[place // 40], f"http://127.0.0.1:9/{kind}") for place in range(number)]


def queue(to: Sequence[Endpoint], each: int) -> None:
    one = send_test(to[0])
    now = one.next_attempt_at
    Delivery.objects.bulk_create(
        Delivery(
            endpoint=endpoint,
            event_id=one.event_id,
            event_type=one.event_type,
            sequence=0,
            body=one.body,
            next_attempt_at=now,
        )
        for endpoint in to
        for _ in range(each)
    )
    one.delete()


def kinds_in_order(answers: Mapping[str, Answer]) -> Iterator[str]:
    """What a worker takes, in order. The slow ones' answers never come while there is something else to do."""
    while (claimed := claiming.claim(due.room_beside())).taken:
        kinds = [message.endpoint.url.rpartition("/")[2] for message in claimed.outgoing]
        yield from kinds
        came = [
            (message, answers[kind]) for message, kind in zip(claimed.outgoing, kinds, strict=True) if kind in answers
        ]
        recording.record(came) if came else None


def positions_of_healthy_ones(kinds: Sequence[str]) -> list[int]:
    return [place for place, kind in enumerate(kinds, 1) if kind == "healthy"]


def percentile(positions: Sequence[int], percent: float) -> int:
    return sorted(positions)[int(len(positions) * percent / 100)]


@pytest.mark.django_db
def test_the_healthy_ones_p99_rises_by_less_than_a_fifth() -> None:
    healthy = endpoints("healthy", HEALTHY)
    queue(healthy, EACH)
    alone = positions_of_healthy_ones(list(kinds_in_order(ANSWERS)))

    for kind in ("dead", "slow", "failing"):
        queue(endpoints(kind), BACKLOG)
    queue(healthy, EACH)
    taken = list(kinds_in_order(ANSWERS))
    among = positions_of_healthy_ones(taken)

    assert len(alone) == len(among) == HEALTHY * EACH
    for percent in (50, 99):
        assert percentile(among, percent) < 1.2 * percentile(alone, percent)
    sent = Counter(taken)
    # The breaker shut the two that fail, and the slow one has its share under way; the rest of each waits.
    assert max(sent["dead"], sent["failing"]) < 2 * due.AT_ONCE / HEALTHY + 10
    assert sent["slow"] == due.AT_HAND
    assert Delivery.objects.filter(endpoint__url__endswith="slow", state="waiting").count() == BACKLOG


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_the_slow_one_s_answers(sink: Sink) -> None:
    company = a_company()
    slow, dead, *healthy = [
        an_endpoint(company, url)
        for url in (sink.url("/slow"), "http://127.0.0.1:9/dead", *[sink.url("/healthy")] * 10)
    ]
    for endpoint in (slow, dead):
        queue([endpoint], 100)
    queue(healthy, 10)
    arrived, all_arrived = Counter[str](), threading.Event()

    async def answer(received: Received) -> web.Response:
        if received.path == "/slow":
            await sink.wait_for(all_arrived)
        return web.Response()

    def watch() -> int:
        """Until the healthy ones' are written down; only then the slow one answers."""
        for _ in range(3000):
            delivered = Delivery.objects.filter(endpoint__in=healthy, state="delivered").count()
            if delivered == 100 or all_arrived.wait(0.01):
                break
        arrived["healthy"] = delivered
        all_arrived.set()
        return Delivery.objects.filter(endpoint=slow, state="delivered").count()

    sink.answer = answer
    _, slow_by_then = at_once(delivery.drain_all, watch)

    assert [arrived["healthy"], slow_by_then] == [100, 0]
    assert Delivery.objects.filter(endpoint=slow, state="delivered").count() == 100
