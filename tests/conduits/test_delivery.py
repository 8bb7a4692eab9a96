"""Delivering against real servers: signatures, every kind of answer, retries, leases, and what the gate stops."""

import datetime as dt
import random
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
import svix.webhooks
import time_machine
from aiohttp import web
from django.db import IntegrityError, OperationalError, connection, transaction
from standardwebhooks.webhooks import Webhook
from time_machine import Traveller

from conduits import steering
from conduits.delivery import breaker, sending
from conduits.delivery import draining as delivery
from conduits.delivery.claiming import LEASE, claim
from conduits.delivery.due import room_beside
from conduits.delivery.endpoints import send_test
from conduits.delivery.http import Client
from conduits.delivery.switching import enable
from conduits.models import Attempt, Conduit, Delivery, Endpoint
from conduits.models.conduit import Grant
from parties.vault import open_sealed
from picos.models import Event
from picos.scanning import record_scan
from rules.engine import draining as engine
from tests.conduits.at_once import at_once
from tests.conduits.sink import Sink, hangs, says, says_in_turn
from tests.conftest import Api
from tests.factories import a_company, a_conduit, an_endpoint

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 21, 16, 40, tzinfo=dt.UTC)
SECOND, MINUTE, HOUR = dt.timedelta(seconds=1), dt.timedelta(minutes=1), dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Traveller]:
    with time_machine.travel(NOW, tick=False) as travelling:
        yield travelling


def a_test_message(sink: Sink) -> Delivery:
    return send_test(an_endpoint(a_company(), sink.url()))


def a_waiting_scan(conduit: Conduit) -> Delivery:
    event_id = record_scan(pico=conduit.pico, visitor=b"12345678", person=None)
    engine.drain()
    return Delivery.objects.get(event_id=event_id)


def a_scan_that_failed_once(conduit: Conduit, sink: Sink) -> Delivery:
    an_endpoint(conduit.company, sink.url())
    message = a_waiting_scan(conduit)
    sink.answer = says(500)
    delivery.drain()
    return message


def now_of(message: Delivery) -> Delivery:
    return Delivery.objects.select_related("endpoint").get(pk=message.pk)


def test_what_arrives_verifies_with_both_libraries_of_receivers(sink: Sink) -> None:
    conduit = a_conduit()
    endpoint = an_endpoint(conduit.company, sink.url())
    message = a_waiting_scan(conduit)

    delivery.drain()

    received, secret = sink.received[0], open_sealed(endpoint.secret)
    assert Webhook(secret).verify(received.body, received.headers) == received.json
    svix.webhooks.Webhook(secret).verify(received.body, received.headers)
    with pytest.raises(svix.webhooks.WebhookVerificationError):
        svix.webhooks.Webhook(secret).verify(received.body + b" ", received.headers)
    assert received.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert received.headers["content-type"] == "application/json"
    assert received.id == message.webhook_id == f"msg_{message.pk.hex}"
    assert now_of(message).body.encode() == received.body


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_means_that_it_arrived(status: int, sink: Sink) -> None:
    message = a_test_message(sink)
    sink.answer = says(status)

    assert delivery.drain() == 1

    arrived = now_of(message)
    assert [arrived.state, arrived.next_attempt_at, arrived.finished_at, arrived.attempt_count] == [
        "delivered",
        None,
        NOW,
        1,
    ]
    attempt = Attempt.objects.get()
    assert [attempt.delivery_id, attempt.number, attempt.status, attempt.error] == [message.pk, 1, status, ""]
    assert attempt.accepted
    assert delivery.drain() == 0


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 404, 410, 422, 429, 500, 502, 503])
def test_any_other_answer_is_a_failure_that_is_tried_again(status: int, sink: Sink) -> None:
    message = a_test_message(sink)
    sink.answer = says(status, location="/elsewhere")

    assert delivery.drain() == 1

    waiting = now_of(message)
    assert [waiting.state, waiting.finished_at, waiting.attempt_count] == ["waiting", None, 1]
    assert waiting.next_attempt_at is not None
    assert NOW + 5 * SECOND <= waiting.next_attempt_at <= NOW + 5.5 * SECOND
    attempt = Attempt.objects.get()
    assert [attempt.number, attempt.status, attempt.answer] == [1, status, "noted"]
    assert attempt.error.startswith(f"It answered {status}")
    assert not attempt.accepted
    assert [one.path for one in sink.received] == ["/hook"]


def test_a_server_that_never_answers_is_given_up_on(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "Client", partial(Client, total_seconds=0.1))
    message = a_test_message(sink)
    sink.answer = hangs

    delivery.drain()

    attempt = Attempt.objects.get()
    assert [attempt.status, attempt.error] == [None, "No answer came in time."]
    assert now_of(message).state == "waiting"


def test_a_server_that_is_not_there_is_tried_again() -> None:
    message = send_test(an_endpoint(a_company(), "http://127.0.0.1:9/hook"))

    delivery.drain()

    attempt = Attempt.objects.get()
    assert [attempt.status, attempt.error] == [None, "No connection could be made."]
    assert now_of(message).state == "waiting"


def test_an_address_that_meanwhile_leads_inside_gets_nothing(sink: Sink, settings: Any) -> None:
    message = a_test_message(sink)
    settings.PICO_WEBHOOK_ALLOW = []

    delivery.drain()

    assert sink.received == []
    assert Attempt.objects.get().error == "This address does not lead to a server on the public internet."
    assert now_of(message).state == "waiting"


def test_retries_follow_the_table_and_the_tenth_failure_is_the_last(
    sink: Sink, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaker, "TRIP_AFTER", 100)
    message = a_test_message(sink)
    sink.answer = says(500)
    waits = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, *(hours * HOUR for hours in (2, 5, 10, 14, 20, 24))]

    for number, wait in enumerate(waits, start=1):
        assert delivery.drain() == 1
        due = now_of(message).next_attempt_at
        assert due is not None
        assert wait <= due - dt.datetime.now(dt.UTC) <= wait * 1.1, number
        clock.move_to(due - SECOND)
        assert delivery.drain() == 0
        clock.move_to(due)
    assert delivery.drain() == 1

    failed = now_of(message)
    assert [failed.state, failed.next_attempt_at, failed.finished_at] == ["failed", None, dt.datetime.now(dt.UTC)]
    assert list(failed.attempts.values_list("number", flat=True)) == list(range(1, 11))
    assert {one.id for one in sink.received} == {message.webhook_id}
    clock.shift(100 * HOUR)
    assert delivery.drain() == 0


@pytest.mark.parametrize(("drawn", "seconds"), [(0.0, 5.0), (0.5, 5.25), (0.9999, 5.49995)])
def test_jitter_adds_up_to_a_tenth(drawn: float, seconds: float, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "random", lambda: drawn)
    message = a_test_message(sink)
    sink.answer = says(500)

    delivery.drain()

    assert now_of(message).next_attempt_at == NOW + dt.timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("120", 120),
        ("0", 5),
        ("3", 5),
        ("86400", 86400),
        ("999999999", 86400),
        ("9" * 40, 5),
        ("-5", 5),
        ("1.5", 5),
        ("Sat, 21 Nov 2026 18:40:00 GMT", 7200),
        ("Sat, 21 Nov 2026 16:40:03 GMT", 5),
        ("Sat, 21 Nov 2020 18:40:00 GMT", 5),
        ("Sat, 21 Nov 2036 18:40:00 GMT", 86400),
        ("Sat, 21 Nov 2026 18:40:00 -0000", 5),
        ("in an hour", 5),
        ("", 5),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_server_can_ask_for_more_time_up_to_a_day(
    status: int, asked: str, seconds: int, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(random, "random", lambda: 0.0)
    message = a_test_message(sink)
    sink.answer = says(status, retry_after=asked)

    delivery.drain()

    assert now_of(message).next_attempt_at == NOW + dt.timedelta(seconds=seconds)


def test_410_disables_the_endpoint_and_tells_its_company(sink: Sink, clock: Traveller) -> None:
    message = a_test_message(sink)
    sink.answer = says_in_turn(410, 200)

    delivery.drain()

    endpoint = now_of(message).endpoint
    assert [endpoint.status, endpoint.disabled_reason] == ["disabled", "It answered 410 Gone."]
    assert [event.type for event in Event.objects.all()] == ["endpoint.disabled"]
    clock.shift(HOUR)
    assert delivery.drain() == 0
    assert now_of(message).state == "waiting"

    enable(endpoint)
    assert delivery.drain() == 1
    assert now_of(message).state == "delivered"


def test_what_an_answer_says_is_kept_up_to_2000_bytes_whatever_it_is(sink: Sink) -> None:
    a_test_message(sink)

    async def answer(_: object) -> web.Response:
        return web.Response(status=500, body=b"\xff\0" + b"a" * 70_000)

    sink.answer = answer
    delivery.drain()

    assert Attempt.objects.get().answer == "��" + "a" * 1998


def test_attempts_cannot_be_changed_or_deleted(sink: Sink) -> None:
    a_test_message(sink)
    delivery.drain()

    for change in (lambda: Attempt.objects.update(status=200), lambda: Attempt.objects.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert Attempt.objects.get().status == 200


def dies_in(monkeypatch: pytest.MonkeyPatch, place: Any, step: str) -> None:
    """A drain whose process ends at this step."""

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(place, step, dies)
        with pytest.raises(KeyboardInterrupt):
            delivery.drain()


def test_a_crash_between_claim_and_sending_leaves_it_due_after_the_lease(
    sink: Sink, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    conduit = a_conduit()
    an_endpoint(conduit.company, sink.url())
    message = a_waiting_scan(conduit)

    dies_in(monkeypatch, sending.Sender, "send")

    claimed = now_of(message)
    assert [claimed.state, claimed.leased_until, claimed.attempt_count] == ["waiting", NOW + LEASE, 1]
    assert not Attempt.objects.exists()
    clock.shift(LEASE - SECOND)
    assert delivery.drain() == 0
    clock.shift(SECOND)
    assert delivery.drain() == 1
    assert [one.id for one in sink.received] == [message.webhook_id]
    assert now_of(message).state == "delivered"
    assert [line.outcome for line in conduit.access_lines.all()] == ["sent"]


def test_a_crash_before_the_answers_are_recorded_sends_it_again_under_the_same_id(
    sink: Sink, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = a_test_message(sink)

    dies_in(monkeypatch, delivery, "record")
    clock.shift(LEASE)
    delivery.drain()

    assert [one.id for one in sink.received] == [message.webhook_id] * 2
    assert now_of(message).state == "delivered"


@pytest.mark.parametrize(
    ("withdraw", "reason"),
    [
        (lambda conduit: steering.set_grants(conduit, [Grant.NOTES]), "the owner does not let it see your scans"),
        (steering.pause, "the conduit is paused"),
        (steering.close, "the conduit is closed"),
    ],
)
def test_a_message_that_waits_for_its_next_attempt_is_refused_once_it_may_not_pass(
    withdraw: Any, reason: str, sink: Sink, clock: Traveller
) -> None:
    conduit = a_conduit()
    message = a_scan_that_failed_once(conduit, sink)

    withdraw(conduit)
    clock.shift(HOUR)
    assert delivery.drain() == 1

    refused = now_of(message)
    assert [refused.state, refused.next_attempt_at, refused.finished_at] == ["refused", None, NOW + HOUR]
    assert len(sink.received) == 1
    assert [(line.outcome, line.reason) for line in conduit.access_lines.order_by("number")] == [
        ("sent", "the owner lets it see your scans"),
        ("refused", reason),
    ]
    clock.shift(HOUR)
    assert delivery.drain() == 0


@pytest.mark.django_db(transaction=True)
def test_a_message_that_was_logged_before_waits_too_for_who_is_just_shutting_its_conduit(
    sink: Sink, clock: Traveller
) -> None:
    conduit = a_conduit()
    message = a_scan_that_failed_once(conduit, sink)
    clock.shift(HOUR)

    with transaction.atomic():
        Conduit.objects.hold([conduit.pk]).get()
        outcomes = at_once(_claim_without_patience)

    assert [type(outcome) for outcome in outcomes] == [OperationalError]
    assert [now_of(message).attempt_count, now_of(message).leased_until] == [1, None]
    assert len(sink.received) == 1
    assert [one.attempt for one in claim(room_beside()).outgoing] == [2]


def _claim_without_patience() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '100ms'")
    claim(room_beside())


def test_what_was_paused_and_resumed_before_its_time_passes(sink: Sink) -> None:
    conduit = a_conduit()
    an_endpoint(conduit.company, sink.url())
    message = a_waiting_scan(conduit)

    steering.pause(conduit)
    steering.resume(conduit)
    delivery.drain()

    assert now_of(message).state == "delivered"


def test_what_never_reached_the_company_cannot_be_read_in_its_log_once_it_may_not_pass(
    api: Api, clock: Traveller
) -> None:
    conduit = a_conduit()
    an_endpoint(conduit.company, "http://127.0.0.1:9/hook")
    steering.set_grants(conduit, [Grant.SCANS, Grant.CONTACT])
    message = a_waiting_scan(conduit)
    delivery.drain()
    steering.pause(conduit)

    for state in ("waiting", "refused"):
        shown = api(conduit.company).get(f"/deliveries/{message.pk}").json()
        assert [shown["state"], shown["body"]] == [state, ""]
        clock.shift(HOUR)
        delivery.drain()


def test_a_message_about_an_event_that_is_gone_holds_up_no_other(sink: Sink) -> None:
    gone, sound = a_test_message(sink), a_test_message(sink)
    Delivery.objects.filter(pk=gone.pk).update(event_type="pico.scanned")

    delivery.drain()

    assert [now_of(gone).state, now_of(sound).state] == ["refused", "delivered"]
    assert [one.id for one in sink.received] == [sound.webhook_id]


def test_one_endpoint_whose_secret_cannot_be_read_holds_up_no_other(sink: Sink) -> None:
    broken, sound = a_test_message(sink), a_test_message(sink)
    Endpoint.objects.filter(pk=broken.endpoint_id).update(secret="nonsense")

    delivery.drain()

    assert [now_of(broken).state, now_of(sound).state] == ["waiting", "delivered"]
    assert [one.id for one in sink.received] == [sound.webhook_id]
    assert Attempt.objects.get(delivery=broken).error == "Its signing secret cannot be read any more: rotate it."


def test_a_drain_takes_as_many_queries_for_fifty_as_for_one(sink: Sink, django_assert_max_num_queries: Any) -> None:
    conduit = a_conduit()
    an_endpoint(conduit.company, sink.url())
    for visitor in range(50):
        record_scan(pico=conduit.pico, visitor=visitor.to_bytes(8), person=None)
    engine.drain()

    with django_assert_max_num_queries(20):
        assert delivery.drain() == 50
    assert Delivery.objects.filter(state="delivered").count() == 50
