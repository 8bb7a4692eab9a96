"""Endpoints: adding, the secret and its rotation, testing, enabling, deleting."""

import datetime as dt
from functools import partial
from ipaddress import ip_network
from typing import Any

import pytest
import time_machine
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from conduits.delivery import draining as delivery
from conduits.delivery import endpoints, switching
from conduits.delivery.switching import disable
from conduits.models import Delivery, Endpoint
from parties.models import Company
from parties.vault import open_sealed
from picos import bell
from picos.models import Event
from rules.models import Listener, Rule
from tests.conduits.at_once import at_once
from tests.conduits.sink import Received, Sink
from tests.conftest import Api
from tests.factories import a_company, an_endpoint

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 21, 16, 40, tzinfo=dt.UTC)
URL = "https://crm.example/hook?tenant=7"


@pytest.fixture
def company() -> Company:
    return a_company()


def verifies(received: Received, secret: str) -> bool:
    try:
        Webhook(secret).verify(received.body, received.headers)
    except WebhookVerificationError:
        return False
    return True


def test_an_endpoint_gets_the_events_that_it_asks_for(company: Company, api: Api) -> None:
    body = {"url": URL, "events": ["pico.scanned", "conduit.note", "pico.scanned"], "ordered": True}
    answer = api(company).post("/endpoints", body)

    endpoint = Endpoint.objects.get()
    shown = {
        "id": str(endpoint.pk),
        "url": URL,
        "events": ["pico.scanned", "conduit.note"],
        "products": [],
        "ordered": True,
        "format": "standard",
        "signature": "v1",
        "public_key": None,
        "rate_per_second": None,
        "concurrency": None,
        "status": "enabled",
        "disabled_reason": "",
        "failing_since": None,
        "next_probe_at": None,
        "created_at": endpoint.created_at.isoformat().replace("+00:00", "Z"),
    }
    assert answer.status_code == 201
    assert answer.json() == shown | {"secret": open_sealed(endpoint.secret)}
    assert api(company).get(f"/endpoints/{endpoint.pk}").json() == shown
    assert api(company).get("/endpoints").json() == {"results": [shown], "next": None}


def test_the_secret_is_shown_once_and_sealed_at_rest(company: Company, api: Api) -> None:
    answer = api(company).post("/endpoints", {"url": URL, "events": ["*"]})
    secret = answer.json()["secret"]
    endpoint = Endpoint.objects.get()

    assert secret.startswith("whsec_")
    assert secret not in endpoint.secret
    assert secret.removeprefix("whsec_") not in endpoint.secret
    for path in (f"/endpoints/{endpoint.pk}", "/endpoints", "/rules", "/deliveries"):
        assert secret.encode() not in api(company).get(path).content


def test_a_star_asks_for_every_type_of_event(company: Company, api: Api) -> None:
    answer = api(company).post("/endpoints", {"url": URL, "events": ["*"]})

    assert {"pico.scanned", "conduit.message", "endpoint.disabled", "rule.paused"} <= {*answer.json()["events"]}
    assert len(answer.json()["events"]) == Listener.objects.count()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"events": []}, "events"),
        ({"events": ["pico.eaten"]}, "events"),
        ({"events": "pico.scanned"}, "events"),
        ({"events": ["pico.scanned"] * 21}, "events"),
        ({"events": ["x" * 51]}, "events.0"),
        ({"url": ""}, "url"),
        ({"url": "https://" + "a" * 2048}, "url"),
        ({"url": 7}, "url"),
        ({"ordered": "perhaps"}, "ordered"),
        ({"secret": "whsec_mine"}, "secret"),
    ],
)
def test_an_endpoint_that_cannot_be_taken_names_the_field(
    change: dict[str, Any], field: str, company: Company, api: Api
) -> None:
    answer = api(company).post("/endpoints", {"url": URL, "events": ["*"]} | change)

    assert [answer.status_code, [*answer.json()["errors"]]] == [422, [field]]
    assert [table.objects.count() for table in (Endpoint, Rule, Listener)] == [0, 0, 0]


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.7/hook",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/hook",
        "http://[::ffff:10.0.0.7]/hook",
        "http://0x0a000007/hook",
        "http://100.64.0.1/",
        "https://crm.example:22/hook",
        "https://ann:secret@crm.example/hook",
        "ftp://crm.example/hook",
        "crm.example/hook",
        "https://crm.example/ho ok",
    ],
)
def test_an_address_that_is_not_plainly_public_is_refused_with_a_sentence(
    url: str, company: Company, api: Api, settings: Any
) -> None:
    settings.PICO_WEBHOOK_ALLOW = []

    answer = api(company).post("/endpoints", {"url": url, "events": ["*"]})

    assert [answer.status_code, [*answer.json()["errors"]]] == [422, ["url"]]
    assert answer.json()["detail"].endswith(".")
    assert not Endpoint.objects.exists()


def test_an_address_that_the_operator_allows_is_taken(company: Company, api: Api, settings: Any) -> None:
    settings.PICO_WEBHOOK_ALLOW = [ip_network("127.0.0.0/8")]
    body = {"url": "http://127.0.0.1:8099/hook", "events": ["*"]}
    assert api(company).post("/endpoints", body).status_code == 201
    assert api(company).post("/endpoints", body | {"url": "http://example.com:22/"}).status_code == 422

    settings.PICO_WEBHOOK_ALLOW = []
    assert api(company).post("/endpoints", body).status_code == 422


def test_a_company_has_at_most_fifty_endpoints(company: Company, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    assert endpoints.MOST_PER_COMPANY == 50
    monkeypatch.setattr(endpoints, "MOST_PER_COMPANY", 2)
    asking = api(company)
    body = {"url": URL, "events": ["*"]}
    first = [asking.post("/endpoints", body) for _ in range(2)]

    third = asking.post("/endpoints", body)
    assert [third.status_code, third.json()["detail"]] == [409, "A company can have 2 endpoints; delete one first."]
    assert api(a_company()).post("/endpoints", body).status_code == 201

    asking.delete(f"/endpoints/{first[0].json()['id']}")
    assert asking.post("/endpoints", body).status_code == 201


def test_while_a_secret_rotates_both_sign_and_after_a_day_only_the_new_one(
    company: Company, api: Api, sink: Sink
) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        added = api(company).post("/endpoints", {"url": sink.url(), "events": ["*"]}).json()
        rotated = api(company).post(f"/endpoints/{added['id']}/rotate")
        assert rotated.status_code == 200
        secrets = [added["secret"], rotated.json()["secret"]]
        assert len(set(secrets)) == 2

        for waited, expected in [(23, [True, True]), (2, [False, True])]:
            clock.shift(dt.timedelta(hours=waited))
            assert api(company).post(f"/endpoints/{added['id']}/test").status_code == 202
            delivery.drain()
            assert [verifies(sink.received[-1], secret) for secret in secrets] == expected


def test_a_rotated_secret_is_sealed_too(company: Company, api: Api) -> None:
    endpoint = an_endpoint(company)
    before = open_sealed(endpoint.secret)

    secret = api(company).post(f"/endpoints/{endpoint.pk}/rotate").json()["secret"]

    endpoint.refresh_from_db()
    assert [open_sealed(endpoint.secret), open_sealed(endpoint.previous_secret)] == [secret, before]
    assert secret not in endpoint.secret


def test_a_test_message_is_signed_and_says_that_it_is_one(company: Company, api: Api, sink: Sink) -> None:
    with time_machine.travel(NOW, tick=False):
        added = api(company).post("/endpoints", {"url": sink.url(), "events": ["pico.scanned"]}).json()

        answer = api(company).post(f"/endpoints/{added['id']}/test")
        delivery.drain()

        sent = Delivery.objects.get()
        assert [answer.status_code, answer.json()] == [202, {"delivery": str(sent.pk)}]
        assert sink.received[0].json == {
            "type": "endpoint.test",
            "timestamp": "2026-11-21T16:40:00.000Z",
            "data": {"endpoint": added["id"]},
        }
        assert sink.received[0].id == sent.webhook_id
        assert verifies(sink.received[0], added["secret"])
    assert not Event.objects.exists()


def test_a_disabled_endpoint_takes_no_test(company: Company, api: Api) -> None:
    endpoint = an_endpoint(company)
    disable(endpoint, reason="It answered 410 Gone.")

    answer = api(company).post(f"/endpoints/{endpoint.pk}/test")

    assert [answer.status_code, answer.json()["detail"]] == [409, "This endpoint is disabled; enable it first."]
    assert not Delivery.objects.exists()


def test_disabling_tells_the_company_once(company: Company, api: Api) -> None:
    endpoint = an_endpoint(company)

    disable(endpoint, reason="It answered 410 Gone.")
    disable(endpoint, reason="It answered 410 Gone.")

    event = Event.objects.get()
    assert [event.type, event.company_id, event.pico_id, event.owner_id] == [
        "endpoint.disabled",
        company.pk,
        None,
        None,
    ]
    assert event.data == {"endpoint": str(endpoint.pk), "url": endpoint.url, "reason": "It answered 410 Gone."}
    shown = api(company).get(f"/endpoints/{endpoint.pk}").json()
    assert [shown["status"], shown["disabled_reason"]] == ["disabled", "It answered 410 Gone."]


def test_a_disabled_endpoint_keeps_what_waits_until_it_is_enabled(
    company: Company, api: Api, sink: Sink, rung: list[str]
) -> None:
    with time_machine.travel(NOW, tick=False):
        endpoint = an_endpoint(company, sink.url())
        endpoints.send_test(endpoint)
        disable(endpoint, reason="It answered 410 Gone.")
        assert delivery.drain() == 0
        assert Delivery.objects.get().state == "waiting"

        answer = api(company).post(f"/endpoints/{endpoint.pk}/enable")
        assert [answer.status_code, answer.json()["status"], answer.json()["disabled_reason"]] == [200, "enabled", ""]
        assert delivery.drain() == 1
        assert Delivery.objects.get().state == "delivered"


def test_enabling_sends_at_once_what_was_to_wait_longer(company: Company) -> None:
    with time_machine.travel(NOW, tick=False):
        endpoint = an_endpoint(company)
        endpoints.send_test(endpoint)
        Delivery.objects.update(next_attempt_at=NOW + dt.timedelta(hours=10))
        switching.enable(endpoint)
        assert Delivery.objects.get().next_attempt_at == NOW + dt.timedelta(hours=10)

        disable(endpoint, reason="It answered 410 Gone.")
        switching.enable(endpoint)
        assert Delivery.objects.get().next_attempt_at == NOW


def test_a_deleted_endpoint_is_gone_with_its_subscription_and_its_log_stays(
    company: Company, api: Api, sink: Sink
) -> None:
    endpoint = an_endpoint(company, sink.url())
    waiting = endpoints.send_test(endpoint)

    assert api(company).delete(f"/endpoints/{endpoint.pk}").status_code == 204

    assert api(company).get("/endpoints").json()["results"] == []
    assert api(company).get(f"/endpoints/{endpoint.pk}").status_code == 404
    assert api(company).delete(f"/endpoints/{endpoint.pk}").status_code == 404
    assert api(company).post(f"/endpoints/{endpoint.pk}/enable").status_code == 404
    assert api(company).get("/rules").json()["results"] == []
    assert not Listener.objects.exists()
    assert delivery.drain() == 0
    assert sink.received == []
    assert api(company).get(f"/deliveries/{waiting.pk}").json()["state"] == "failed"
    again = api(company).post(f"/deliveries/{waiting.pk}/replay")
    assert [again.status_code, again.json()["detail"]] == [409, "Its endpoint is deleted."]


def test_other_events_can_be_asked_for_later(company: Company, api: Api) -> None:
    endpoint = an_endpoint(company, events=("pico.scanned",))

    answer = api(company).put(f"/endpoints/{endpoint.pk}", {"events": ["conduit.note"]})

    assert [answer.status_code, answer.json()["events"]] == [200, ["conduit.note"]]
    assert list(Listener.objects.values_list("event_type", flat=True)) == ["conduit.note"]


def test_bells_ring_for_what_is_to_be_sent(
    company: Company, rung: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    endpoint = an_endpoint(company)
    with django_capture_on_commit_callbacks(execute=True):
        endpoints.send_test(endpoint)

    assert rung == [bell.DELIVERIES]


@pytest.mark.django_db(transaction=True)
def test_of_two_added_at_once_the_second_counts_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "MOST_PER_COMPANY", 1)
    company = a_company()

    outcomes = at_once(*[partial(an_endpoint, company)] * 3)

    assert sorted(type(one).__name__ for one in outcomes) == ["Endpoint", "StateForbidsError", "StateForbidsError"]
