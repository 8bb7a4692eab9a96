"""What an endpoint takes: so many a second, so many at a time."""

import datetime as dt
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from aiohttp import web
from time_machine import Traveller

from conduits.delivery import draining as delivery
from conduits.delivery.endpoints import send_test
from conduits.models import Delivery, Endpoint
from parties.models import Company
from tests.conduits.at_once import at_once
from tests.conduits.sink import Received, Sink
from tests.conftest import Api
from tests.factories import a_company, an_endpoint

NOW = dt.datetime(2026, 11, 21, 16, 40, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
NO_CONCURRENCY: tuple[Any, ...] = (0, -1, 65, 1.5, "5", [])


@pytest.fixture
def clock() -> Iterator[Traveller]:
    with time_machine.travel(NOW, tick=False) as travelling:
        yield travelling


@pytest.fixture
def company(db: None) -> Company:
    return a_company()


def limited(company: Company, sink: Sink, **limits: Any) -> Endpoint:
    return an_endpoint(company, sink.url(), **limits)


def drains() -> int:
    """How many were sent until nothing more could be."""
    sent = 0
    while taken := delivery.drain():
        sent += taken
    return sent


def test_an_endpoint_gets_so_many_a_second_and_the_rest_later(company: Company, sink: Sink, clock: Traveller) -> None:
    endpoint = limited(company, sink, rate_per_second=3)
    for _ in range(10):
        send_test(endpoint)

    sent = []
    for _ in range(5):
        sent.append(drains())
        clock.shift(SECOND)

    assert sent == [3, 3, 3, 1, 0]
    assert set(Delivery.objects.values_list("attempt_count", flat=True)) == {1}


def test_what_was_not_used_is_saved_up_for_a_second_at_most(company: Company, sink: Sink, clock: Traveller) -> None:
    endpoint = limited(company, sink, rate_per_second=4)
    for _ in range(20):
        send_test(endpoint)

    assert drains() == 4
    clock.shift(SECOND / 2)
    assert drains() == 2
    clock.shift(SECOND / 10)
    assert drains() == 0
    clock.shift(60 * SECOND)
    assert drains() == 4


def test_another_endpoint_is_not_held_up_by_a_rate(company: Company, sink: Sink, clock: Traveller) -> None:
    slow, quick = limited(company, sink, rate_per_second=1), an_endpoint(company, sink.url("/quick"))
    for _ in range(5):
        send_test(slow)
        send_test(quick)

    assert drains() == 6
    assert [one.path for one in sink.received].count("/quick") == 5


@pytest.mark.django_db(transaction=True)
def test_workers_that_drain_at_once_keep_the_rate_together(sink: Sink, clock: Traveller) -> None:
    endpoint = limited(a_company(), sink, rate_per_second=5)
    for _ in range(30):
        send_test(endpoint)

    assert sum(at_once(*[drains] * 4)) == 5
    assert len(sink.received) == 5


@pytest.mark.django_db(transaction=True)
def test_an_endpoint_gets_so_many_at_a_time_from_all_workers_together(sink: Sink) -> None:
    endpoint = limited(a_company(), sink, concurrency=2)
    for _ in range(8):
        send_test(endpoint)
    together = threading.Barrier(2)

    async def answer(_: Received) -> web.Response:
        # Each waits for another; a third that is there meanwhile is counted.
        await sink.wait_for_barrier(together)
        return web.Response()

    sink.answer = answer
    while Delivery.objects.filter(state="delivered").count() < 8:
        at_once(*[delivery.drain] * 3)

    assert [sink.most_together, len(sink.received)] == [2, 8]


def test_limits_are_set_shown_and_ended_through_the_api(company: Company, api: Api) -> None:
    body = {"url": "https://crm.example/", "events": ["*"], "rate_per_second": 20, "concurrency": 4}
    added = api(company).post("/endpoints", body).json()
    assert [added["rate_per_second"], added["concurrency"]] == [20, 4]

    changed = api(company).put(f"/endpoints/{added['id']}", {"rate_per_second": None, "concurrency": 8}).json()

    assert [changed["rate_per_second"], changed["concurrency"], changed["events"]] == [None, 8, added["events"]]


@pytest.mark.parametrize("method", ["post", "put"])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("rate_per_second", wrong) for wrong in (0, -1, 1001, 1.5, "5", True, 10**30)),
        *(("concurrency", wrong) for wrong in NO_CONCURRENCY),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused(
    method: str, field: str, value: Any, company: Company, api: Api
) -> None:
    if method == "post":
        answer = api(company).post("/endpoints", {"url": "https://crm.example/", "events": ["*"], field: value})
        assert not Endpoint.objects.exists()
    else:
        answer = api(company).put(f"/endpoints/{an_endpoint(company).pk}", {field: value})
        assert [Endpoint.objects.get().rate_per_second, Endpoint.objects.get().concurrency] == [None, None]

    assert [answer.status_code, [*answer.json()["errors"]]] == [422, [field]]
