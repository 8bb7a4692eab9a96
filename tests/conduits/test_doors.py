"""Who may pass which door to conduits, terms, access logs and deliveries."""

from typing import Any

import pytest

from conduits.models import Conduit, Delivery
from conduits.queueing import queue_test
from conduits.requests import By, open_request
from parties.models import Company, Person
from tests.conduits import doors
from tests.conduits.doors import Door
from tests.factories import a_company, a_conduit, an_endpoint

pytestmark = pytest.mark.django_db

BOTH = ("company", "person")


def of_conduit(what: str = "") -> Any:
    return lambda conduit: f"/conduits/{getattr(conduit, 'pk', conduit)}{what}"


def of_delivery(what: str = "") -> Any:
    return lambda delivery: f"/deliveries/{getattr(delivery, 'pk', delivery)}{what}"


def of_terms(conduit: Any) -> str:
    return f"/terms/{conduit.agreements.get().sha256 if isinstance(conduit, Conduit) else conduit}"


OF_CONDUITS = [
    Door("get", "conduits", BOTH, 200, of_conduit()),
    Door("post", "conduits", ("person",), 200, of_conduit("/pause")),
    Door("post", "conduits", ("person",), 409, of_conduit("/resume")),
    Door("post", "conduits", ("person",), 200, of_conduit("/close")),
    Door("put", "conduits", ("person",), 200, of_conduit("/grants"), {"grants": ["scans"]}),
    Door("post", "conduits", ("company",), 201, of_conduit("/messages"), {"body": "It comes back."}),
    Door("get", "conduits", BOTH, 200, of_conduit("/terms")),
    Door("get", "conduits", BOTH, 200, of_terms),
    Door("get", "conduits", ("person",), 200, of_conduit("/access-log")),
    Door("post", "conduits", BOTH, 201, of_conduit("/requests"), {"title": "Mend it"}),
    Door("get", "conduits", ("company",), 200, of_conduit("/labels")),
    Door("put", "conduits", ("company",), 200, of_conduit("/labels"), {"labels": ["Urgent"]}),
    Door("get", "conduits", ("company",), 200, of_conduit("/assignee")),
    Door("put", "conduits", ("company",), 200, of_conduit("/assignee"), {"member": None}),
]
OF_DELIVERIES = [
    Door("get", "webhooks", ("company",), 200, of_delivery()),
    Door("post", "webhooks", ("company",), 201, of_delivery("/replay")),
    Door("get", "webhooks", ("company",), 200, lambda d: f"/deliveries?endpoint={getattr(d, 'endpoint_id', d)}"),
]
CLOSING = Door("post", "conduits", BOTH, 200, lambda request: f"/requests/{getattr(request, 'pk', request)}/close")
LISTS = [
    Door("get", "conduits", BOTH, 200, lambda _: "/requests"),
    Door("get", "conduits", BOTH, 200, lambda _: "/conduits"),
    Door("get", "webhooks", ("company",), 200, lambda _: "/deliveries"),
]


@pytest.fixture
def conduit() -> Conduit:
    return a_conduit()


@pytest.fixture
def delivery() -> Delivery:
    return queue_test(an_endpoint(a_company()))


def ends_of(door: Door, conduit: Conduit) -> list[Company | Person]:
    ends: dict[str, Company | Person] = {"company": conduit.company, "person": conduit.owner}
    return [ends[kind] for kind in door.parties]


@pytest.mark.parametrize("door", OF_CONDUITS, ids=str)
def test_a_door_to_a_conduit_is_shut_to_everybody_but_its_ends(door: Door, conduit: Conduit) -> None:
    for end in ends_of(door, conduit):
        doors.assert_refuses_everybody_else(door, conduit, end)
        doors.assert_refuses_other_tenants(door, conduit, end)


@pytest.mark.parametrize("door", OF_CONDUITS, ids=str)
def test_a_door_to_a_conduit_opens_to_its_ends_with_just_the_scope(door: Door, conduit: Conduit) -> None:
    for end in ends_of(door, conduit):
        doors.assert_admits(door, conduit, end)


@pytest.mark.parametrize("door", OF_DELIVERIES, ids=str)
def test_a_door_to_a_delivery_is_open_to_its_company_alone(door: Door, delivery: Delivery) -> None:
    company = delivery.endpoint.company
    doors.assert_refuses_everybody_else(door, delivery, company)
    doors.assert_refuses_other_tenants(door, delivery, company)
    doors.assert_admits(door, delivery, company)


def test_a_door_to_a_request_is_open_to_the_ends_of_its_conduit_alone(conduit: Conduit) -> None:
    for end in ends_of(CLOSING, conduit):
        request = open_request(conduit=conduit, title="Mend it", by=By(conduit.owner))
        doors.assert_refuses_everybody_else(CLOSING, request, end)
        doors.assert_refuses_other_tenants(CLOSING, request, end)
        doors.assert_admits(CLOSING, request, end)


@pytest.mark.parametrize("door", LISTS, ids=str)
def test_a_list_is_open_to_keys_with_its_scope(door: Door, conduit: Conduit) -> None:
    for end in ends_of(door, conduit):
        doors.assert_refuses_everybody_else(door, None, end)
        doors.assert_admits(door, None, end)
