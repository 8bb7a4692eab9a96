"""Order and company: an ordered endpoint keeps a pico's order; several workers never send one message together."""

import datetime as dt
import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest
import time_machine
from aiohttp import web
from django.db import transaction
from time_machine import Traveller

from conduits.delivery import breaker
from conduits.delivery import draining as delivery
from conduits.delivery.endpoints import send_test
from conduits.models import Attempt, Conduit, Delivery
from picos.scanning import record_scan
from rules.engine import draining as engine
from tests.conduits.at_once import at_once
from tests.conduits.sink import Received, Sink, says
from tests.factories import a_company, a_conduit, a_person, a_product, an_endpoint, picos

NOW = dt.datetime(2026, 11, 21, 16, 40, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def clock() -> Iterator[Traveller]:
    with time_machine.travel(NOW, tick=False) as travelling:
        yield travelling


def two_conduits() -> list[Conduit]:
    owner = a_person()
    return [a_conduit(owner, pico) for pico in picos(2, a_product())]


def scan(conduit: Conduit, *visitors: int) -> list[str]:
    """The ids of the scans' events."""
    return [str(record_scan(pico=conduit.pico, visitor=number.to_bytes(8), person=None)) for number in visitors]


def fails_on(sink: Sink, *events: str) -> None:
    async def answer(received: Received) -> web.Response:
        return web.Response(status=500 if received.json["data"]["event"] in events else 200)

    sink.answer = answer


def arrived(sink: Sink) -> list[str]:
    return [one.json["data"]["event"] for one in sink.received]


def drain_all() -> None:
    while delivery.drain():
        pass


@pytest.mark.django_db
def test_an_ordered_endpoint_gets_a_pico_s_events_one_after_the_other(sink: Sink, clock: Traveller) -> None:
    first, _ = two_conduits()
    an_endpoint(first.company, sink.url(), ordered=True)
    events = scan(first, *range(6))
    engine.drain()

    assert [delivery.drain() for _ in range(7)] == [1, 1, 1, 1, 1, 1, 0]
    assert arrived(sink) == events


@pytest.mark.django_db
def test_one_that_fails_holds_up_those_behind_it_and_no_other_pico_s(sink: Sink, clock: Traveller) -> None:
    first, second = two_conduits()
    an_endpoint(first.company, sink.url(), ordered=True)
    stuck, behind = scan(first, 1, 2)
    others = scan(second, 1, 2)
    engine.drain()
    fails_on(sink, stuck)

    drain_all()
    clock.shift(dt.timedelta(seconds=6))
    drain_all()
    assert Counter(arrived(sink)) == Counter({stuck: 2, others[0]: 1, others[1]: 1})

    sink.answer = says(200)
    clock.shift(HOUR)
    drain_all()
    assert arrived(sink)[-2:] == [stuck, behind]
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}


@pytest.mark.django_db
def test_one_that_is_given_up_or_refused_no_longer_holds_up_the_others(
    sink: Sink, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaker, "GIVE_UP_FAILURES", 100)
    first, _ = two_conduits()
    an_endpoint(first.company, sink.url(), ordered=True)
    given_up, behind = scan(first, 1, 2)
    engine.drain()
    fails_on(sink, given_up)
    for _ in range(10):
        delivery.drain()
        clock.shift(27 * HOUR)

    drain_all()

    assert Counter(arrived(sink)) == Counter({given_up: 10, behind: 1})
    assert list(Delivery.objects.order_by("sequence").values_list("state", flat=True)) == ["failed", "delivered"]


@pytest.mark.django_db
def test_without_order_one_that_fails_holds_up_nothing(sink: Sink, clock: Traveller) -> None:
    first, _ = two_conduits()
    an_endpoint(first.company, sink.url())
    stuck, behind = scan(first, 1, 2)
    engine.drain()
    fails_on(sink, stuck)

    assert delivery.drain() == 2
    assert sorted(arrived(sink)) == sorted([stuck, behind])


@pytest.mark.django_db
def test_an_ordered_endpoint_does_not_wait_for_another_endpoint(sink: Sink, clock: Traveller) -> None:
    first, _ = two_conduits()
    an_endpoint(first.company, sink.url("/stuck"), ordered=True)
    an_endpoint(first.company, sink.url("/sound"), ordered=True)
    events = scan(first, 1, 2)
    engine.drain()

    async def answer(received: Received) -> web.Response:
        return web.Response(status=500 if received.path == "/stuck" else 200)

    sink.answer = answer
    drain_all()

    assert [one.json["data"]["event"] for one in sink.received if one.path == "/sound"] == events


@pytest.mark.django_db(transaction=True)
def test_workers_that_drain_at_once_send_each_message_once(sink: Sink) -> None:
    endpoint = an_endpoint(a_company(), sink.url())
    messages = [send_test(endpoint).webhook_id for _ in range(60)]

    claimed = at_once(*[delivery.drain] * 4)

    assert sum(claimed) == 60
    assert sorted(one.id for one in sink.received) == sorted(messages)
    assert Attempt.objects.count() == 60


@pytest.mark.django_db(transaction=True)
def test_what_one_worker_is_sending_is_left_alone_by_the_others(sink: Sink) -> None:
    message = send_test(an_endpoint(a_company(), sink.url()))
    arrived, may_answer = threading.Event(), threading.Event()

    async def answer(_: Received) -> web.Response:
        arrived.set()
        await sink.wait_for(may_answer)
        return web.Response()

    sink.answer = answer

    def other() -> list[int]:
        assert arrived.wait(timeout=10)
        drained = [delivery.drain() for _ in range(3)]
        may_answer.set()
        return drained

    assert at_once(delivery.drain, other) == [1, [0, 0, 0]]
    assert [one.id for one in sink.received] == [message.webhook_id]


@pytest.mark.django_db(transaction=True)
def test_a_message_that_another_worker_is_just_claiming_is_skipped(sink: Sink) -> None:
    endpoint = an_endpoint(a_company(), sink.url())
    held, free = send_test(endpoint), send_test(endpoint)

    with transaction.atomic():
        Delivery.objects.select_for_update().get(pk=held.pk)
        assert at_once(delivery.drain) == [1]

    assert [one.id for one in sink.received] == [free.webhook_id]


@pytest.mark.django_db(transaction=True)
def test_an_ordered_endpoint_keeps_the_order_while_several_workers_drain(sink: Sink) -> None:
    conduits = two_conduits()
    an_endpoint(conduits[0].company, sink.url(), ordered=True)
    events = [scan(conduit, *range(8)) for conduit in conduits]
    while engine.drain():
        pass

    at_once(*[drain_all] * 3)
    drain_all()

    for of_one in events:
        assert [event for event in arrived(sink) if event in of_one] == of_one


@pytest.mark.django_db(transaction=True)
def test_a_sender_that_stays_sends_what_comes_later_through_the_same_connection(sink: Sink) -> None:
    endpoint = an_endpoint(a_company(), sink.url())
    send_test(endpoint)

    def send_another() -> None:
        for _ in range(1000):
            if Delivery.objects.filter(state="delivered").exists():
                break
            time.sleep(0.01)
        send_test(endpoint)
        delivery.drain_all()

    assert at_once(lambda: delivery.drain_all(stays=0.5), send_another) == [None, None]
    assert (len(sink.received), len(sink.peers)) == (2, 1)
    assert not Delivery.objects.exclude(state="delivered").exists()
