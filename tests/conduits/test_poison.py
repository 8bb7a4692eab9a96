"""Messages that break what is to send them: set aside, seen by their company, and in nobody's way."""

import datetime as dt
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import OperationalError
from time_machine import Traveller

from conduits.delivery import claiming, due, payloads, recording
from conduits.delivery import draining as delivery
from conduits.delivery.claiming import LEASE, MOST_LOST
from conduits.delivery.endpoints import send_test
from conduits.delivery.queueing import replay
from conduits.delivery.sending import Sender
from conduits.models import Conduit, Delivery
from picos.scanning import record_scan
from rules.engine import draining as engine
from tests.conduits.sink import Sink
from tests.conftest import Api
from tests.factories import a_company, a_conduit, an_endpoint

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 21, 16, 40, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Traveller]:
    with time_machine.travel(NOW, tick=False) as travelling:
        yield travelling


@pytest.fixture(autouse=True)
def _silent(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


@pytest.fixture
def conduit(sink: Sink) -> Conduit:
    conduit = a_conduit()
    an_endpoint(conduit.company, sink.url())
    return conduit


def scans(conduit: Conduit, number: int) -> list[Delivery]:
    events = [record_scan(pico=conduit.pico, visitor=one.to_bytes(8), person=None) for one in range(number)]
    engine.drain()
    return [Delivery.objects.get(event_id=event) for event in events]


def breaks_on(monkeypatch: pytest.MonkeyPatch, poison: Delivery, error: Exception) -> None:
    body_of = payloads.body_of

    def breaking(event: Any, *rest: Any, **named: Any) -> str:
        if event.pk == poison.event_id:
            raise error
        return body_of(event, *rest, **named)

    monkeypatch.setattr(claiming, "body_of", breaking)


def states(*messages: Delivery) -> list[str]:
    return [Delivery.objects.get(pk=message.pk).state for message in messages]


def test_one_that_cannot_be_put_together_is_set_aside_and_the_others_leave(
    conduit: Conduit, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, poison, last = scans(conduit, 3)
    breaks_on(monkeypatch, poison, RecursionError("too deep"))

    assert delivery.drain() == 3

    assert states(first, poison, last) == ["delivered", "set_aside", "delivered"]
    poison.refresh_from_db()
    assert [poison.problem, poison.next_attempt_at, poison.leased_until, poison.finished_at] == [
        "It could not be put together (RecursionError).",
        None,
        None,
        NOW,
    ]
    assert sorted(one.id for one in sink.received) == sorted([first.webhook_id, last.webhook_id])
    # Each passing is logged once, as often as the claim was begun.
    assert [line.outcome for line in conduit.access_lines.all()] == ["sent", "sent"]
    assert delivery.drain() == 0


def test_the_database_s_trouble_is_nobody_s_poison(conduit: Conduit, monkeypatch: pytest.MonkeyPatch) -> None:
    (message,) = scans(conduit, 1)
    with monkeypatch.context() as patch, pytest.raises(OperationalError):
        breaks_on(patch, message, OperationalError("the connection is gone"))
        delivery.drain()

    assert states(message) == ["waiting"]
    delivery.drain()
    assert states(message) == ["delivered"]


def test_one_whose_result_cannot_be_written_down_is_set_aside_and_not_sent_for_ever(
    conduit: Conduit, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, poison = scans(conduit, 2)
    row = recording._row

    def breaking(message: claiming.Message, *rest: Any) -> tuple[object, ...]:
        if message.id == poison.pk:
            raise ValueError("no such number")
        return row(message, *rest)

    monkeypatch.setattr(recording, "_row", breaking)
    delivery.drain()

    assert states(first, poison) == ["delivered", "set_aside"]
    assert Delivery.objects.get(pk=poison.pk).problem == "What came of it could not be written down (ValueError)."


def works(poison: Delivery) -> None:
    """A worker sends what is due; with the poison in its hands it ends, and what it claimed with it."""
    while (claimed := claiming.claim(due.room_beside())).taken:
        if poison.pk in {message.id for message in claimed.outgoing}:
            return
        with Sender() as sender:
            sender.send(claimed.outgoing)
            while sender.in_flight:
                recording.record(sender.results())


def test_what_kills_its_workers_goes_alone_and_is_set_aside_and_takes_no_other_along(
    sink: Sink, clock: Traveller
) -> None:
    endpoint = an_endpoint(a_company(), sink.url())
    first, poison, *others = [send_test(endpoint) for _ in range(5)]

    for _ in range(due.ALONE_AFTER):
        works(poison)
        assert states(first, poison, *others) == ["waiting"] * 5
        clock.shift(LEASE)
    for _ in range(MOST_LOST + 4):
        for _ in range(5):
            works(poison)
        clock.shift(LEASE)

    assert states(first, poison, *others) == ["delivered", "set_aside", *["delivered"] * 3]
    assert Delivery.objects.get(pk=poison.pk).problem == "5 workers in a row ended while they sent it."
    assert poison.webhook_id not in [one.id for one in sink.received]
    assert len(sink.received) == 4


def test_an_answer_makes_up_for_lost_workers(sink: Sink, clock: Traveller) -> None:
    message = send_test(an_endpoint(a_company(), sink.url()))
    works(message)
    clock.shift(LEASE)
    assert Delivery.objects.get().lost_claims == 0
    delivery.drain()

    message.refresh_from_db()
    assert [message.state, message.lost_claims, message.leased_until] == ["delivered", 0, None]


def test_its_company_sees_what_was_set_aside_and_sends_it_once_more(conduit: Conduit, sink: Sink, api: Api) -> None:
    (message,) = scans(conduit, 1)
    claiming.set_aside(message.pk, problem="It could not be put together (KeyError).")

    (listed,) = api(conduit.company).get("/deliveries?state=set_aside").json()["results"]
    assert [listed["id"], listed["problem"]] == [str(message.pk), "It could not be put together (KeyError)."]
    assert api(conduit.company).get(f"/deliveries/{message.pk}").json()["state"] == "set_aside"
    replay(message)
    delivery.drain()
    assert [one.json["data"]["event"] for one in sink.received] == [str(message.event_id)]
