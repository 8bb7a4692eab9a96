"""How messages are laid out: CloudEvents 1.0 in structured JSON mode, on request."""

import datetime as dt
import json
from typing import Any

import pytest
import standardwebhooks
import svix
import time_machine

from conduits.delivery import draining as delivery
from conduits.delivery.queueing import replay
from conduits.models import Conduit, Delivery
from parties.models import Company
from picos.scanning import record_scan
from rules.engine import draining as engine
from tests.conduits.sink import Received, Sink
from tests.conftest import Api
from tests.factories import a_company, a_conduit, an_endpoint

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 21, 16, 40, tzinfo=dt.UTC)
CLOUDEVENTS = "application/cloudevents+json"


@pytest.fixture
def company() -> Company:
    return a_company()


def a_scan(conduit: Conduit) -> str:
    event_id = record_scan(pico=conduit.pico, visitor=b"12345678", person=None)
    engine.drain()
    delivery.drain()
    return str(event_id)


def test_an_event_is_a_cloud_event_whose_data_is_that_of_the_standard_s_layout(sink: Sink) -> None:
    conduit = a_conduit()
    an_endpoint(conduit.company, sink.url("/standard"))
    an_endpoint(conduit.company, sink.url("/cloud"), format="cloudevents")

    event_id = a_scan(conduit)

    by_path = {one.path: one for one in sink.received}
    standard, cloud = by_path["/standard"], by_path["/cloud"]
    assert [standard.headers["content-type"], cloud.headers["content-type"]] == ["application/json", CLOUDEVENTS]
    assert cloud.json == {
        "specversion": "1.0",
        "id": event_id,
        "source": "http://pico.test",
        "type": "pico.scanned",
        "time": standard.json["timestamp"],
        "subject": conduit.pico.code,
        "datacontenttype": "application/json",
        "data": standard.json["data"],
    }


def test_a_cloud_event_has_what_the_specification_requires(sink: Sink) -> None:
    """CloudEvents 1.0.2: sections 3.1 (required attributes) and 2.1 (names), JSON format section 3.1."""
    conduit = a_conduit()
    an_endpoint(conduit.company, sink.url(), format="cloudevents")
    a_scan(conduit)

    cloud = sink.received[0].json
    attributes = {name: value for name, value in cloud.items() if name != "data"}
    assert {"id", "source", "specversion", "type"} <= set(attributes)
    assert all(isinstance(value, str) and value for value in attributes.values())
    assert all(name.isalnum() and name.islower() and len(name) <= 20 for name in attributes)
    assert dt.datetime.fromisoformat(cloud["time"]).tzinfo is not None


def test_a_cloud_event_is_signed_like_any_other_message(company: Company, api: Api, sink: Sink) -> None:
    body = {"url": sink.url(), "events": ["pico.scanned"], "format": "cloudevents"}
    with time_machine.travel(NOW, tick=False):
        added = api(company).post("/endpoints", body).json()
        api(company).post(f"/endpoints/{added['id']}/test")
        delivery.drain()

        received = sink.received[0]
        for package in (standardwebhooks.Webhook, svix.Webhook):
            package(added["secret"]).verify(received.body, received.headers)
    assert received.id == Delivery.objects.get().webhook_id
    assert [received.json["type"], received.json["data"]] == ["endpoint.test", {"endpoint": added["id"]}]
    assert "subject" not in received.json


def test_sent_again_it_is_the_same_event_under_another_webhook_id(sink: Sink) -> None:
    conduit = a_conduit()
    an_endpoint(conduit.company, sink.url(), format="cloudevents")
    a_scan(conduit)
    replay(Delivery.objects.get())
    delivery.drain()

    first, second = sink.received
    assert first.json == second.json
    assert first.id != second.id


@pytest.mark.parametrize("reference", ["webhook-id", "id", "data.event"])
def test_it_is_answered_by_its_webhook_id_or_by_its_event(reference: str, api: Api, sink: Sink) -> None:
    conduit = a_conduit()
    an_endpoint(conduit.company, sink.url(), format="cloudevents")
    event_id = a_scan(conduit)

    answer = api(conduit.company).post(
        f"/conduits/{conduit.pk}/messages", {"body": "Back soon.", "in_reply_to": named(sink.received[0], reference)}
    )

    assert answer.status_code == 201
    engine.drain()
    told = [json.loads(one.body) for one in sink.received]
    assert told[0]["data"]["event"] == event_id


def named(received: Received, reference: str) -> str:
    places: dict[str, Any] = {
        "webhook-id": received.id,
        "id": received.json["id"],
        "data.event": received.json["data"]["event"],
    }
    return str(places[reference])


def test_the_format_can_be_changed_and_what_leaves_then_has_it(api: Api, sink: Sink) -> None:
    conduit = a_conduit()
    endpoint = an_endpoint(conduit.company, sink.url())
    a_scan(conduit)

    answer = api(conduit.company).put(f"/endpoints/{endpoint.pk}", {"format": "cloudevents"})
    replay(Delivery.objects.get())
    delivery.drain()

    assert [answer.status_code, answer.json()["format"]] == [200, "cloudevents"]
    assert [one.headers["content-type"] for one in sink.received] == ["application/json", CLOUDEVENTS]


@pytest.mark.parametrize("format", ["xml", "", None, 7, "CloudEvents"])
def test_a_format_that_there_is_not_is_refused(format: Any, company: Company, api: Api) -> None:  # noqa: A002
    answer = api(company).post("/endpoints", {"url": "https://crm.example/", "events": ["*"], "format": format})

    assert [answer.status_code, [*answer.json()["errors"]]] == [422, ["format"]]
