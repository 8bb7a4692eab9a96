"""An endpoint's subscription is a rule of its company's, and stays one."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conduits.delivery import draining as delivery
from conduits.models import Delivery, Endpoint
from parties.models import Company
from picos.scanning import record_scan
from rules.engine import draining as engine
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


def test_an_endpoint_hears_of_the_products_that_it_asks_for(company: Company, api: Api) -> None:
    boot, other = a_product(company, name="Boot"), a_product(company)
    body = {"url": "https://crm.example/", "events": ["pico.scanned"], "products": [str(boot.pk), str(boot.pk)]}
    added = api(company).post("/endpoints", body).json()
    assert added["products"] == [str(boot.pk)]
    assert api(company).get("/rules").json()["results"][0]["definition"]["on"] == {"products": [str(boot.pk)]}

    for product in (boot, other):
        record_scan(pico=a_pico(product), visitor=b"12345678", person=None)
    engine.drain()
    assert [sent.pico.product for sent in Delivery.objects.select_related("pico__product")] == [boot]  # type: ignore[union-attr]

    everything = api(company).put(f"/endpoints/{added['id']}", {"products": []}).json()
    assert [everything["products"], everything["events"]] == [[], ["pico.scanned"]]
    record_scan(pico=a_pico(other), visitor=b"12345678", person=None)
    engine.drain()
    assert Delivery.objects.count() == 2


def test_changing_events_keeps_the_products_and_the_other_way_round(company: Company, api: Api) -> None:
    boot = a_product(company)
    body = {"url": "https://crm.example/", "events": ["pico.scanned"], "products": [str(boot.pk)]}
    path = f"/endpoints/{api(company).post('/endpoints', body).json()['id']}"

    assert api(company).put(path, {"events": ["pico.lost"]}).json()["products"] == [str(boot.pk)]
    assert api(company).put(path, {"ordered": True}).json()["events"] == ["pico.lost"]
    assert api(company).put(path, {}).json()["events"] == ["pico.lost"]


@pytest.mark.parametrize("products", [["x"], [None], "all", ["019a0000-0000-7000-8000-000000000000"] * 101])
def test_products_that_are_none_are_refused(products: Any, company: Company, endpoint: Endpoint, api: Api) -> None:
    for answer in (
        api(company).post("/endpoints", {"url": "https://crm.example/", "events": ["*"], "products": products}),
        api(company).put(f"/endpoints/{endpoint.pk}", {"products": products}),
    ):
        assert answer.status_code == 422
        assert {name.partition(".")[0] for name in answer.json()["errors"]} == {"products"}
    assert Endpoint.objects.count() == 1


def test_another_company_s_product_is_refused(company: Company, endpoint: Endpoint, api: Api) -> None:
    theirs = str(a_product(a_company()).pk)
    for answer in (
        api(company).post("/endpoints", {"url": "https://crm.example/", "events": ["*"], "products": [theirs]}),
        api(company).put(f"/endpoints/{endpoint.pk}", {"products": [theirs]}),
    ):
        assert [answer.status_code, answer.json()["detail"]] == [422, "One of these products is not yours."]
    assert Endpoint.objects.count() == 1
