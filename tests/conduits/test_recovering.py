"""Recovering what never arrived: a time's messages as new ones, linked to the old, each event once."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from time_machine import Traveller

from conduits import steering
from conduits.delivery import draining as delivery
from conduits.delivery import recovering
from conduits.delivery.endpoints import send_test
from conduits.delivery.queueing import replay
from conduits.delivery.switching import disable
from conduits.models import Conduit, Delivery, Endpoint
from picos.scanning import record_scan
from rules.engine import draining as engine
from tests.conduits import doors
from tests.conduits.doors import Door
from tests.conduits.sink import Sink
from tests.conftest import Api
from tests.factories import a_company, a_conduit, an_endpoint

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 21, 16, 40, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
RECOVER = Door(
    "post",
    "webhooks",
    ("company",),
    202,
    lambda row: f"/endpoints/{getattr(row, 'pk', row)}/recover",
    {"since": "2026-11-21T00:00:00Z"},
)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Traveller]:
    with time_machine.travel(NOW, tick=False) as travelling:
        yield travelling


@pytest.fixture
def conduit() -> Conduit:
    return a_conduit()


@pytest.fixture
def endpoint(conduit: Conduit, sink: Sink) -> Endpoint:
    return an_endpoint(conduit.company, sink.url())


_visitors = iter(range(1_000_000))


def a_message(conduit: Conduit, state: str = "failed") -> Delivery:
    event_id = record_scan(pico=conduit.pico, visitor=next(_visitors).to_bytes(8), person=None)
    engine.drain()
    message = Delivery.objects.get(event_id=event_id)
    if state != "waiting":
        Delivery.objects.filter(pk=message.pk).update(state=state, next_attempt_at=None, finished_at=NOW)
    message.refresh_from_db()
    return message


def recover(api: Api, endpoint: Endpoint, since: str = "2026-11-21T16:00:00Z", **body: Any) -> Any:
    return api(endpoint.company).post(f"/endpoints/{endpoint.pk}/recover", {"since": since} | body)


def test_what_failed_in_a_time_is_sent_once_more_as_new_messages_linked_to_the_old(
    conduit: Conduit, endpoint: Endpoint, api: Api, sink: Sink, clock: Traveller
) -> None:
    before = a_message(conduit)
    clock.shift(HOUR)
    missing = [a_message(conduit, state) for state in ("failed", "set_aside")]
    for state in ("delivered", "refused", "waiting"):
        a_message(conduit, state)
    clock.shift(HOUR)
    a_message(conduit)

    answer = recover(api, endpoint, "2026-11-21T17:40:00Z", until="2026-11-21T18:40:00Z")

    assert [answer.status_code, answer.json()] == [202, {"queued": 2, "more": False, "next_since": None}]
    again = Delivery.objects.filter(replay_of__isnull=False).order_by("replay_of__created_at", "replay_of")
    assert [one.replay_of for one in again] == missing
    assert {(one.state, one.attempt_count, one.created_at) for one in again} == {("waiting", 0, NOW + 2 * HOUR)}
    delivery.drain()
    assert {one.id for one in sink.received} >= {one.webhook_id for one in again}
    assert str(before.event_id) not in [one.json["data"]["event"] for one in sink.received]
    for old in missing:
        unchanged = (old.state, old.finished_at)
        old.refresh_from_db()
        assert (old.state, old.finished_at) == unchanged


def test_what_was_recovered_is_not_recovered_again_while_it_waits_or_once_it_arrived(
    conduit: Conduit, endpoint: Endpoint, api: Api, sink: Sink
) -> None:
    a_message(conduit)
    clock_says = {"until": "2026-11-21T18:00:00Z"}

    assert recover(api, endpoint, **clock_says).json()["queued"] == 1
    assert recover(api, endpoint, **clock_says).json()["queued"] == 0
    delivery.drain()
    assert recover(api, endpoint, **clock_says).json()["queued"] == 0
    assert len(sink.received) == 1


def test_what_failed_again_can_be_recovered_again_and_goes_once(
    conduit: Conduit, endpoint: Endpoint, api: Api, sink: Sink
) -> None:
    old = a_message(conduit)
    again = replay(old)
    Delivery.objects.filter(pk=again.pk).update(state="failed", next_attempt_at=None, finished_at=NOW)

    assert recover(api, endpoint, until="2026-11-21T18:00:00Z").json()["queued"] == 1
    delivery.drain()

    assert [one.json["data"]["event"] for one in sink.received] == [str(old.event_id)]


def test_what_arrived_is_sent_again_only_if_that_is_asked_for(
    conduit: Conduit, endpoint: Endpoint, api: Api, sink: Sink, clock: Traveller
) -> None:
    arrived = a_message(conduit, "delivered")
    clock.shift(HOUR)

    assert recover(api, endpoint).json()["queued"] == 0
    for times in (1, 2):
        assert recover(api, endpoint, states=["delivered"], until="2026-11-21T17:00:00Z").json()["queued"] == 1
        assert recover(api, endpoint, states=["delivered"], until="2026-11-21T17:00:00Z").json()["queued"] == 0
        delivery.drain()
        assert [one.json["data"]["event"] for one in sink.received] == [str(arrived.event_id)] * times


def test_what_it_may_say_is_decided_anew(conduit: Conduit, endpoint: Endpoint, api: Api, sink: Sink) -> None:
    a_message(conduit)
    steering.pause(conduit)

    assert recover(api, endpoint, until="2026-11-21T18:00:00Z").json()["queued"] == 1
    delivery.drain()

    assert sink.received == []
    assert Delivery.objects.get(replay_of__isnull=False).state == "refused"


def test_test_messages_and_other_endpoints_are_left_out(conduit: Conduit, endpoint: Endpoint, api: Api) -> None:
    send_test(endpoint)
    other = an_endpoint(conduit.company, "http://127.0.0.1:9/other", events=("pico.lost",))
    send_test(other)
    Delivery.objects.update(state="failed", next_attempt_at=None, finished_at=NOW)

    assert recover(api, endpoint, until="2026-11-21T18:00:00Z").json()["queued"] == 0


def test_very_many_are_recovered_in_several_rounds(
    conduit: Conduit, endpoint: Endpoint, api: Api, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovering, "MOST", 2)
    for _ in range(5):
        a_message(conduit)
        clock.shift(HOUR)

    queued, since, rounds = 0, "2026-11-21T16:00:00Z", 0
    while since:
        answer = recover(api, endpoint, since, until="2026-11-21T23:00:00Z").json()
        queued, since, rounds = queued + answer["queued"], answer["next_since"], rounds + 1

    assert [queued, rounds] == [5, 3]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"since": "yesterday"}, "since"),
        ({"since": "2026-11-21T16:00:00"}, "since"),
        ({"since": None}, "since"),
        ({"since": 10**30}, "since"),
        ({"until": "2026-11-21T15:00:00Z"}, "until"),
        ({"until": "2026-11-21T16:00:00Z"}, "until"),
        ({"states": []}, "states"),
        ({"states": ["waiting"]}, "states.0"),
        ({"states": ["refused"]}, "states.0"),
        ({"states": "failed"}, "states"),
        ({"everything": True}, "everything"),
    ],
)
def test_a_time_that_makes_no_sense_is_refused(
    body: dict[str, Any], field: str, conduit: Conduit, endpoint: Endpoint, api: Api
) -> None:
    a_message(conduit)
    answer = api(endpoint.company).post(f"/endpoints/{endpoint.pk}/recover", {"since": "2026-11-21T16:00:00Z"} | body)

    assert [answer.status_code, [*answer.json()["errors"]]] == [422, [field]]
    assert Delivery.objects.count() == 1


def test_nothing_is_recovered_to_a_disabled_endpoint(conduit: Conduit, endpoint: Endpoint, api: Api) -> None:
    a_message(conduit)
    disable(endpoint, reason="It answered 410 Gone.")

    answer = recover(api, endpoint, until="2026-11-21T18:00:00Z")

    assert [answer.status_code, answer.json()["detail"]] == [409, "This endpoint is disabled; enable it first."]
    assert Delivery.objects.count() == 1


def test_only_its_company_recovers(conduit: Conduit) -> None:
    endpoint = an_endpoint(a_company())
    doors.assert_refuses_everybody_else(RECOVER, endpoint, endpoint.company)
    doors.assert_refuses_other_tenants(RECOVER, endpoint, endpoint.company)
    doors.assert_admits(RECOVER, endpoint, endpoint.company)
