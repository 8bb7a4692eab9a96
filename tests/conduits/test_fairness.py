"""No endpoint, hung, failing or with a long backlog, keeps the messages of another waiting."""

import datetime as dt
from collections.abc import Iterator
from functools import partial

import pytest
import time_machine
from aiohttp import web
from time_machine import Traveller

from conduits.delivery import claiming, due, recording, sending, standing
from conduits.delivery import draining as delivery
from conduits.delivery.endpoints import send_test
from conduits.delivery.http import Client
from conduits.models import Attempt, Conduit, Delivery, Endpoint
from picos.scanning import record_scan
from rules.engine import draining as engine
from tests.conduits.sink import Received, Sink, hangs, says
from tests.factories import a_company, a_conduit, a_person, a_product, an_endpoint, picos

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 21, 16, 40, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bounds at a sixteenth."""
    monkeypatch.setattr(due, "AT_ONCE", 8)
    monkeypatch.setattr(due, "PER_ENDPOINT", 4)
    monkeypatch.setattr(due, "AT_HAND", 4)


@pytest.fixture
def clock() -> Iterator[Traveller]:
    with time_machine.travel(NOW, tick=False) as travelling:
        yield travelling


def messages_to(endpoint: Endpoint, number: int) -> list[str]:
    return [send_test(endpoint).webhook_id for _ in range(number)]


def an_endpoint_at(sink: Sink, path: str) -> Endpoint:
    return an_endpoint(a_company(), sink.url(path))


def states_of(endpoint: Endpoint) -> list[str]:
    return list(Delivery.objects.filter(endpoint=endpoint).order_by("id").values_list("state", flat=True))


def test_a_long_backlog_leaves_room_for_others_in_each_claim(sink: Sink, clock: Traveller) -> None:
    busy = [an_endpoint_at(sink, f"/busy{number}") for number in range(3)]
    for endpoint in busy:
        messages_to(endpoint, 10)
    clock.shift(SECOND)
    late = an_endpoint_at(sink, "/late")
    messages_to(late, 1)

    assert delivery.drain() == 8

    # Each endpoint's first goes before anybody's second, however long the others have waited.
    assert states_of(late) == ["delivered"]
    assert sorted(states_of(endpoint).count("delivered") for endpoint in busy) == [2, 2, 3]


def test_one_endpoint_s_claims_stay_within_its_share(sink: Sink, clock: Traveller) -> None:
    endpoint = an_endpoint_at(sink, "/busy")
    messages_to(endpoint, 10)

    assert [delivery.drain() for _ in range(4)] == [4, 4, 2, 0]
    assert set(states_of(endpoint)) == {"delivered"}


def test_what_is_under_way_counts_against_the_share(sink: Sink, clock: Traveller) -> None:
    """Else a hung endpoint with a long backlog would take all workers, one claim each."""
    hung, sound = an_endpoint_at(sink, "/hung"), an_endpoint_at(sink, "/sound")
    messages_to(hung, 10)
    claimed_by_another_worker = claiming.claim(due.room_beside())
    messages_to(sound, 2)

    assert claimed_by_another_worker.taken == 4
    assert delivery.drain() == 2
    assert [one.path for one in sink.received] == ["/sound", "/sound"]


def test_a_failing_endpoint_keeps_its_backlog_until_a_probe_arrives(sink: Sink, clock: Traveller) -> None:
    endpoint = an_endpoint_at(sink, "/failing")
    messages_to(endpoint, 10)
    sink.answer = says(500)

    assert [delivery.drain() for _ in range(2)] == [4, 0]
    clock.shift(6 * SECOND)
    assert [delivery.drain() for _ in range(2)] == [1, 0]

    sink.answer = says(200)
    clock.shift(12 * SECOND)
    assert [delivery.drain() for _ in range(5)] == [1, 4, 4, 1, 0]
    assert set(states_of(endpoint)) == {"delivered"}


def test_others_in_the_same_claim_are_sent_and_recorded_while_one_hangs(
    sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "Client", partial(Client, total_seconds=1.0))
    hung, sound = an_endpoint_at(sink, "/hung"), an_endpoint_at(sink, "/sound")
    for endpoint in (hung, sound):
        messages_to(endpoint, 4)
    record, recorded = recording.record, []

    def watched(results: sending.Results) -> None:
        record(results)
        recorded.append((states_of(sound).count("delivered"), Attempt.objects.filter(delivery__endpoint=hung).count()))

    async def answer(received: Received) -> web.Response:
        return await hangs(received) if received.path == "/hung" else web.Response()

    sink.answer = answer
    monkeypatch.setattr(delivery, "record", watched)
    delivery.drain()

    # All of the sound ones' was written down before the hung ones were given up.
    assert next(given_up for arrived, given_up in recorded if arrived == 4) == 0
    assert recorded[-1] == (4, 4)


def test_a_pico_whose_messages_are_held_up_leaves_room_for_the_others_of_an_ordered_endpoint(
    sink: Sink, clock: Traveller
) -> None:
    owner = a_person()
    stuck, sound = [a_conduit(owner, pico) for pico in picos(2, a_product())]
    an_endpoint(stuck.company, sink.url(), ordered=True)
    first, *_ = scan(stuck, *range(10))
    engine_drains()

    async def answer(received: Received) -> web.Response:
        return web.Response(status=500 if received.json["data"]["event"] == first else 200)

    sink.answer = answer
    assert delivery.drain() == 1
    (later,) = scan(sound, 1)
    engine_drains()

    assert delivery.drain() == 1
    assert [one.json["data"]["event"] for one in sink.received] == [first, later]


def scan(conduit: Conduit, *visitors: int) -> list[str]:
    return [str(record_scan(pico=conduit.pico, visitor=number.to_bytes(8), person=None)) for number in visitors]


def engine_drains() -> None:
    while engine.drain():
        pass


def test_a_result_that_comes_after_its_claim_ran_out_changes_nothing(sink: Sink, clock: Traveller) -> None:
    endpoint = an_endpoint_at(sink, "/hook")
    messages_to(endpoint, 1)
    sink.answer = says(500)
    with sending.Sender() as sender:
        sender.send(claiming.claim(due.room_beside()).outgoing)
        late = sender.results()

    clock.shift(claiming.LEASE)
    sink.answer = says(200)
    assert delivery.drain() == 1
    recording.record(late)

    message = Delivery.objects.get()
    assert [message.state, message.next_attempt_at, message.attempt_count] == ["delivered", None, 2]
    assert sorted(Attempt.objects.values_list("number", "status")) == [(1, 500), (2, 200)]


def test_a_claim_whose_senders_are_all_slow_ends_within_its_lease() -> None:
    begun_late = dt.timedelta(seconds=standing.A_MOMENT) * due.AT_ONCE / sending.AT_A_TIME
    assert begun_late + dt.timedelta(seconds=15) < claiming.LEASE
    assert due.PER_ENDPOINT < due.AT_ONCE


def test_of_one_that_answers_at_once_more_is_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "AT_HAND", 6)
    prompt, slow, limited = (an_endpoint(a_company(), f"http://127.0.0.1:9/{number}") for number in range(3))
    Endpoint.objects.filter(pk=slow.pk).update(standing=Endpoint.Standing.SLOW)
    Endpoint.objects.filter(pk=limited.pk).update(concurrency=2)
    for endpoint, number in ((prompt, 6), (slow, 4), (limited, 2)):
        messages_to(endpoint, 10)
        taken = [claiming.claim(due.room_beside()).taken for _ in range(3)]
        assert sum(taken) == number
