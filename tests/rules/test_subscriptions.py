"""An endpoint's subscription is a rule of its company's, and stays one."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conduits import delivery
from conduits.models import Endpoint
from parties.models import Company
from picos.scanning import record_scan
from rules import engine
from rules.models import Listener, Rule
from tests.conduits.sink import Sink
from tests.conftest import Api
from tests.factories import a_company, a_pico, a_product, an_endpoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return a_company()


@pytest.fixture
def endpoint(company: Company) -> Endpoint:
    return an_endpoint(company, "https://crm.example/hook", ("pico.scanned", "pico.lost"))


def subscription_of(endpoint: Endpoint) -> Rule:
    return Rule.objects.get(subscribes=endpoint)


def test_a_subscription_is_shown_among_the_company_s_rules(company: Company, endpoint: Endpoint, api: Api) -> None:
    (shown,) = api(company).get("/rules").json()["results"]

    assert [shown["name"], shown["status"], shown["subscribes"]] == ["Webhook", "enabled", str(endpoint.pk)]
    assert shown["sentence"] == (
        "IF the code on any product is scanned or any product is reported lost THEN send it to https://crm.example/hook"
    )
    assert shown["definition"] == {
        "name": "Webhook",
        "when": {"any": [{"event": "pico.scanned"}, {"event": "pico.lost"}]},
        "then": [{"do": "send_webhook", "endpoint": str(endpoint.pk)}],
    }


def test_a_subscription_cannot_be_deleted_without_its_endpoint(company: Company, endpoint: Endpoint, api: Api) -> None:
    rule = subscription_of(endpoint)

    answer = api(company).delete(f"/rules/{rule.pk}")

    assert [answer.status_code, answer.json()["detail"]] == [
        409,
        "This rule belongs to an endpoint; delete the endpoint instead.",
    ]
    assert Listener.objects.filter(version__rule=rule).count() == 2
    assert api(company).delete(f"/endpoints/{endpoint.pk}").status_code == 204
    assert not Listener.objects.exists()


def test_twenty_endpoints_are_listed_with_as_many_queries_as_one(api: Api) -> None:
    taken = []
    for number in (1, 20):
        company = a_company()
        for _ in range(number):
            an_endpoint(company, events=("pico.scanned", "pico.lost"))
        asking = api(company)
        with CaptureQueriesContext(connection) as queries:
            listed = asking.get("/endpoints").json()["results"]
        assert [one["events"] for one in listed] == [["pico.scanned", "pico.lost"]] * number
        taken.append(len(queries))

    assert taken[0] == taken[1] <= 4


def definition_to(endpoint: Endpoint, **parts: Any) -> dict[str, Any]:
    then = [{"do": "send_webhook", "endpoint": str(endpoint.pk)}]
    return {"name": "Modems only", "when": {"event": "pico.scanned"}, "then": then} | parts


def test_a_subscription_can_get_conditions_that_outlast_a_change_of_its_events(
    company: Company, endpoint: Endpoint, api: Api
) -> None:
    condition = {"field": "pico.product.sku", "op": "is", "value": "CM-3000"}
    changed = definition_to(endpoint, **{"if": condition})

    assert api(company).put(f"/rules/{subscription_of(endpoint).pk}", changed).status_code == 200
    assert api(company).get(f"/endpoints/{endpoint.pk}").json()["events"] == ["pico.scanned"]
    assert api(company).put(f"/endpoints/{endpoint.pk}", {"events": ["pico.found"]}).status_code == 200

    shown = api(company).get(f"/rules/{subscription_of(endpoint).pk}").json()
    assert [shown["version"], shown["definition"]["if"], shown["definition"]["when"]] == [
        3,
        condition,
        {"any": [{"event": "pico.found"}]},
    ]


def test_a_subscription_goes_on_sending_to_its_endpoint(company: Company, endpoint: Endpoint, api: Api) -> None:
    other = an_endpoint(company)
    path = f"/rules/{subscription_of(endpoint).pk}"

    for then in (definition_to(other)["then"], [{"do": "notify_owner", "text": "Hello"}]):
        answer = api(company).put(path, definition_to(endpoint, then=then))
        assert answer.status_code == 422
        assert answer.json()["errors"] == {
            "then": ["This rule is the subscription of an endpoint, so it has to send to that endpoint."]
        }
    then = [*definition_to(endpoint)["then"], *definition_to(other)["then"]]
    assert api(company).put(path, definition_to(endpoint, then=then)).status_code == 200
    upper = [{"do": "send_webhook", "endpoint": str(endpoint.pk).upper()}]
    assert api(company).put(path, definition_to(endpoint, then=upper)).status_code == 200


def test_a_disabled_subscription_sends_nothing_until_it_is_enabled(company: Company, sink: Sink, api: Api) -> None:
    endpoint = an_endpoint(company, sink.url())
    path = f"/rules/{subscription_of(endpoint).pk}"

    api(company).post(f"{path}/disable")
    scan_and_send(company, b"11111111")
    assert sink.received == []

    api(company).put(f"/endpoints/{endpoint.pk}", {"events": ["pico.scanned"]})
    scan_and_send(company, b"22222222")
    assert sink.received == []

    api(company).post(f"{path}/enable")
    scan_and_send(company, b"33333333")
    assert len(sink.received) == 1


def scan_and_send(company: Company, visitor: bytes) -> None:
    record_scan(pico=a_pico(a_product(company)), visitor=visitor, person=None)
    while engine.drain():
        pass
    delivery.drain()


def test_an_unknown_event_is_refused_in_words(company: Company, endpoint: Endpoint, api: Api) -> None:
    answer = api(company).put(f"/endpoints/{endpoint.pk}", {"events": ["pico.scanned", "pico.eaten"]})

    assert [answer.status_code, answer.json()["errors"]] == [
        422,
        {"events": ["there is no event type 'pico.eaten'"]},
    ]
    assert Listener.objects.count() == 2
