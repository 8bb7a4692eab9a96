"""The breaker: an endpoint that fails is left alone and probed, and gets what waited as soon as it is back."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core import mail
from time_machine import Traveller

from conduits.delivery import breaker, warnings
from conduits.delivery import draining as delivery
from conduits.delivery.endpoints import send_test
from conduits.delivery.switching import disable, enable
from conduits.models import Attempt, Delivery, Endpoint
from parties.models import Company
from picos import bell
from picos.models import Event
from tests.conduits.sink import Sink, says
from tests.conftest import Api
from tests.factories import a_company, a_member, a_person, an_endpoint

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 21, 16, 40, tzinfo=dt.UTC)
SECOND, MINUTE, HOUR, DAY = (dt.timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))


@pytest.fixture(autouse=True)
def clock() -> Iterator[Traveller]:
    with time_machine.travel(NOW, tick=False) as travelling:
        yield travelling


@pytest.fixture(autouse=True)
def _no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "random", lambda: 0.0)


@pytest.fixture
def company() -> Company:
    return a_company("Harbour Cable", slug="harbour")


@pytest.fixture
def endpoint(company: Company, sink: Sink) -> Endpoint:
    return an_endpoint(company, sink.url())


def now_of(endpoint: Endpoint) -> Endpoint:
    return Endpoint.objects.get(pk=endpoint.pk)


def passes(clock: Traveller, seconds: int) -> None:
    """Time goes by with a sweeper that comes each second."""
    for _ in range(seconds):
        clock.shift(SECOND)
        delivery.drain()


def is_open(endpoint: Endpoint) -> bool:
    return now_of(endpoint).probe_at is not None


def test_one_failure_opens_nothing_and_two_in_a_row_do(endpoint: Endpoint, sink: Sink, clock: Traveller) -> None:
    send_test(endpoint)
    sink.answer = says(500)
    delivery.drain()
    assert [now_of(endpoint).failure_count, now_of(endpoint).failing_since, is_open(endpoint)] == [1, NOW, False]

    clock.shift(5 * SECOND)
    delivery.drain()

    failing = now_of(endpoint)
    assert [failing.failure_count, failing.failing_since, failing.probe_at] == [2, NOW, NOW + 10 * SECOND]


def test_a_success_in_between_begins_anew(endpoint: Endpoint, sink: Sink, clock: Traveller) -> None:
    for status in (500, 200, 500):
        sink.answer = says(status)
        send_test(endpoint)
        delivery.drain()

    assert [now_of(endpoint).failure_count, is_open(endpoint)] == [1, False]


def test_while_it_is_open_nothing_goes_there_and_no_attempt_is_used_up(
    endpoint: Endpoint, sink: Sink, clock: Traveller
) -> None:
    sink.answer = says(500)
    for _ in range(2):
        send_test(endpoint)
    delivery.drain()
    waiting = [send_test(endpoint) for _ in range(5)]

    clock.shift(4 * SECOND)

    assert delivery.drain() == 0
    assert set(Delivery.objects.filter(pk__in=[one.pk for one in waiting]).values_list("attempt_count", flat=True)) == {
        0
    }


def test_half_open_one_message_goes_whatever_waits(endpoint: Endpoint, sink: Sink, clock: Traveller) -> None:
    sink.answer = says(500)
    for _ in range(10):
        send_test(endpoint)
    delivery.drain()
    assert len(sink.received) == 10

    clock.shift(5 * SECOND)

    assert [delivery.drain() for _ in range(3)] == [1, 0, 0]
    assert [now_of(endpoint).probe_count, now_of(endpoint).probe_at] == [1, NOW + 15 * SECOND]


def test_probes_wait_twice_as_long_each_time_up_to_five_minutes() -> None:
    waits = [breaker.wait_before_probe(number).total_seconds() for number in (*range(9), 100, 30_000)]
    assert waits == [5, 10, 20, 40, 80, 160, 300, 300, 300, 300, 300]


def test_jitter_adds_up_to_a_tenth_to_a_probe_s_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "random", lambda: 0.5)
    assert breaker.wait_before_probe(1).total_seconds() == 10.5


def test_a_probe_whose_worker_dies_is_made_again_after_its_lease(
    endpoint: Endpoint, sink: Sink, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink.answer = says(500)
    for _ in range(3):
        send_test(endpoint)
    delivery.drain()
    clock.shift(5 * SECOND)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(delivery, "record", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        delivery.drain()

    clock.shift(44 * SECOND)
    assert delivery.drain() == 0
    clock.shift(SECOND)
    assert delivery.drain() == 1


def test_probes_ahead_of_time_use_up_no_attempt_of_the_schedule(
    endpoint: Endpoint, sink: Sink, clock: Traveller
) -> None:
    message = send_test(endpoint)
    sink.answer = says(500)

    delivery.drain()
    passes(clock, 299)

    message.refresh_from_db()
    # Due at 0 and 5 seconds; probed at 10, 20, 40, 80 and 160; the third of the schedule comes at 305.
    assert [message.attempt_count, message.tries_used, message.next_attempt_at] == [7, 2, NOW + 305 * SECOND]
    assert [round((attempt.at - NOW).total_seconds()) for attempt in message.attempts.all()] == [
        0,
        5,
        10,
        20,
        40,
        80,
        160,
    ]


def test_what_is_not_due_is_probed_with_for_ten_minutes_only(endpoint: Endpoint, sink: Sink, clock: Traveller) -> None:
    message = send_test(endpoint)
    sink.answer = says(500)
    delivery.drain()
    passes(clock, 5)
    Endpoint.objects.update(probe_count=breaker.EARLY_PROBES)

    clock.shift(HOUR)
    Delivery.objects.update(next_attempt_at=NOW + 2 * HOUR)
    assert delivery.drain() == 0
    clock.shift(HOUR)
    assert delivery.drain() == 1
    assert Delivery.objects.get(pk=message.pk).tries_used == 3


@pytest.mark.parametrize("number", [1, 2, 40])
def test_a_target_that_was_down_for_a_minute_gets_everything_within_a_minute_of_its_return_and_once(
    number: int, endpoint: Endpoint, sink: Sink, clock: Traveller
) -> None:
    down, up = says(503), says(200)
    sink.answer = down
    messages = [send_test(endpoint) for _ in range(number)]
    delivery.drain()
    for second in range(60):
        passes(clock, 1)
        if second % 10 == 0 and number > 1:
            messages.append(send_test(endpoint))
    before = len(sink.received)
    sink.answer = up

    passes(clock, 60)

    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}
    taken = Counter(one.id for one in sink.received[before:])
    assert taken == Counter({message.webhook_id: 1 for message in messages})
    assert [now_of(endpoint).failing_since, is_open(endpoint)] == [None, False]


def test_other_endpoints_get_theirs_meanwhile(company: Company, endpoint: Endpoint, sink: Sink) -> None:
    dead = an_endpoint(company, "http://127.0.0.1:9/")
    for _ in range(3):
        send_test(dead)
    delivery.drain()

    send_test(dead)
    message = send_test(endpoint)

    assert delivery.drain() == 1
    assert [one.id for one in sink.received] == [message.webhook_id]


def test_messages_that_fail_for_themselves_alone_open_nothing(endpoint: Endpoint, sink: Sink, clock: Traveller) -> None:
    """Else two that a receiver never takes would hold up all others, over and over."""
    for _ in range(2):
        send_test(endpoint)
    Delivery.objects.update(tries_used=2, attempt_count=2)
    sink.answer = says(422)

    delivery.drain()

    assert [now_of(endpoint).failure_count, is_open(endpoint)] == [2, False]


@pytest.mark.parametrize("status", [429, 503])
def test_an_endpoint_that_asks_for_time_is_left_alone_for_it(
    status: int, endpoint: Endpoint, sink: Sink, clock: Traveller
) -> None:
    send_test(endpoint)
    sink.answer = says(status, retry_after="120")
    delivery.drain()
    other = send_test(endpoint)

    sink.answer = says(200)
    clock.shift(119 * SECOND)
    assert delivery.drain() == 0
    clock.shift(SECOND)
    assert [delivery.drain() for _ in range(3)] == [1, 1, 0]
    assert other.webhook_id in [one.id for one in sink.received]


def test_another_status_s_retry_after_holds_up_its_own_message_only(
    endpoint: Endpoint, sink: Sink, clock: Traveller
) -> None:
    message = send_test(endpoint)
    sink.answer = says(500, retry_after="120")
    delivery.drain()

    assert not is_open(endpoint)
    assert Delivery.objects.get(pk=message.pk).next_attempt_at == NOW + 120 * SECOND


def test_the_api_says_since_when_an_endpoint_fails(company: Company, endpoint: Endpoint, sink: Sink, api: Api) -> None:
    for _ in range(2):
        send_test(endpoint)
    sink.answer = says(500)
    delivery.drain()

    shown = api(company).get(f"/endpoints/{endpoint.pk}").json()
    assert [shown["status"], shown["failing_since"], shown["next_probe_at"]] == [
        "enabled",
        "2026-11-21T16:40:00Z",
        "2026-11-21T16:40:05Z",
    ]


def test_what_fails_for_five_days_is_disabled_and_its_company_told(
    endpoint: Endpoint, sink: Sink, clock: Traveller
) -> None:
    sink.answer = says(500)
    for _ in range(12):
        send_test(endpoint)
    delivery.drain()
    clock.shift(5 * DAY - SECOND)
    assert delivery.drain() == 1
    assert now_of(endpoint).status == "enabled"

    clock.shift(HOUR)
    assert delivery.drain() == 1

    told = Event.objects.get()
    assert [told.type, told.data["reason"]] == ["endpoint.disabled", "Nothing has arrived there for 5 days."]
    assert now_of(endpoint).status == "disabled"
    assert Delivery.objects.filter(state="waiting").count() == 12


def test_a_few_failures_a_week_apart_disable_nothing(endpoint: Endpoint, sink: Sink, clock: Traveller) -> None:
    sink.answer = says(500)
    for _ in range(3):
        send_test(endpoint)
        delivery.drain()
        clock.shift(7 * DAY)

    assert now_of(endpoint).status == "enabled"


def test_enabling_an_endpoint_closes_its_breaker(endpoint: Endpoint, sink: Sink) -> None:
    for _ in range(2):
        send_test(endpoint)
    sink.answer = says(500)
    delivery.drain()
    disable(endpoint, reason="It answered 410 Gone.")

    enable(endpoint)

    back = now_of(endpoint)
    assert [back.failure_count, back.failing_since, back.probe_at, back.probe_count, back.mail_at] == [
        0,
        None,
        None,
        0,
        None,
    ]
    sink.answer = says(200)
    # The first shows that it works.
    assert [delivery.drain() for _ in range(3)] == [1, 1, 0]


# Who is told by mail.


def test_each_admin_is_mailed_once_that_an_endpoint_was_disabled(
    company: Company, endpoint: Endpoint, rung: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    for name in ("mara", "noor"):
        a_member(company, "admin", a_person(name, f"{name}@harbour.example"))
    a_member(company, "agent", a_person("Ben", "ben@harbour.example"))
    a_member(a_company(), "admin", a_person("Eve", "eve@other.example"))
    with django_capture_on_commit_callbacks(execute=True):
        disable(endpoint, reason="It answered 410 Gone.")
    assert bell.WARNINGS in rung

    assert [warnings.mail_due(), warnings.mail_due()] == [1, 0]

    assert sorted(one.to for one in mail.outbox) == [["mara@harbour.example"], ["noor@harbour.example"]]
    assert mail.outbox[0].subject == "Harbour Cable: webhooks are no longer sent"
    assert mail.outbox[0].body == (
        f"Nothing is sent to {endpoint.url} any more. It answered 410 Gone.\n\n"
        "Nothing is lost: what was to go there waits. Once it works again, enable it at the desk:\n\n"
        "http://pico.test/desk/harbour/endpoints\n"
    )


def test_a_mail_server_that_is_down_gets_the_warning_later(
    company: Company, endpoint: Endpoint, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_member(company, "admin")
    disable(endpoint, reason="It answered 410 Gone.")

    def down(**_: object) -> None:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(warnings, "send_mail", down)
        assert [warnings.mail_due(), warnings.mail_due()] == [1, 0]
    clock.shift(5 * MINUTE)
    assert [warnings.mail_due(), warnings.mail_due()] == [1, 0]
    assert len(mail.outbox) == 1


def test_who_enables_it_before_the_mail_leaves_gets_none(company: Company, endpoint: Endpoint) -> None:
    a_member(company, "admin")
    disable(endpoint, reason="It answered 410 Gone.")
    enable(endpoint)

    assert warnings.mail_due() == 0
    assert Attempt.objects.count() == 0
