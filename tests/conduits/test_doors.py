"""Who may pass which door to conduits, terms, access logs and deliveries."""

from dataclasses import replace
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from conduits.delivery.queueing import queue_test
from conduits.models import Conduit, ContextPass, Delivery
from conduits.passes.fields import fields_of
from conduits.passes.making import make_pass
from conduits.passes.using import use_pass
from conduits.reading import Reader
from conduits.requests import By, open_request
from conduits.terms import proffering
from conduits.terms.stances import proposal
from parties.models import Company, Person
from tests.conduits import doors
from tests.conduits.doors import Door
from tests.conftest import ApiClient
from tests.factories import a_company, a_conduit, a_key, an_endpoint

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
    Door("get", "conduits", ("person",), 200, of_conduit("/access-log/check")),
    Door("get", "conduits", BOTH, 200, of_conduit("/terms/proffer")),
    Door("get", "conduits", ("person",), 200, of_conduit("/passes")),
    Door("post", "conduits", ("person",), 409, of_conduit("/passes"), {"show": {"code": "another"}}),
]
# Those of one side: the other gets 403 for being of the wrong kind.
OF_TERMS = [
    Door("post", "conduits", ("person",), 200, of_conduit("/terms/proffer"), {"preferred": "PDC-AI"}),
    Door("post", "conduits", ("company",), 200, of_conduit("/terms/accept"), {}),
    Door("post", "conduits", ("company",), 200, of_conduit("/terms/counter"), {}),
    Door("post", "conduits", ("company",), 200, of_conduit("/terms/decline"), {}),
]
OF_DELIVERIES = [
    Door("get", "webhooks", ("company",), 200, of_delivery()),
    Door("post", "webhooks", ("company",), 201, of_delivery("/replay")),
    Door("get", "webhooks", ("company",), 200, lambda d: f"/deliveries?endpoint={getattr(d, 'endpoint_id', d)}"),
]


def of_pass(what: str = "") -> Any:
    return lambda row: f"/passes/{getattr(row, 'pk', row)}{what}"


PASS = Door("get", "conduits", BOTH, 200, of_pass())
PASSES = Door("get", "conduits", BOTH, 200, lambda _: "/passes")
REVOKING = Door("post", "conduits", ("person",), 200, of_pass("/revoke"))
USING = Door("post", "conduits", ("company",), 200, lambda _: "/passes/use", {"code": "another"})
PHOTO = Door("get", "conduits", ("company",), 200, lambda row: f"/passes/{getattr(row, 'pk', row)}/photos/{uuid7()}")
CLOSING = Door("post", "conduits", BOTH, 200, lambda request: f"/requests/{getattr(request, 'pk', request)}/close")
# What one end withdraws, the other cannot any more.
WITHDRAWAL = Door("post", "conduits", BOTH, 200, of_conduit("/terms/withdraw"))
OF_ONESELF = [
    Door("get", "conduits", ("person",), 200, lambda _: "/terms/usual"),
    Door("put", "conduits", ("person",), 200, lambda _: "/terms/usual", {"preferred": "SD-BASE"}),
    Door("get", "conduits", ("company",), 200, lambda _: "/terms/accepted"),
    Door("put", "conduits", ("company",), 200, lambda _: "/terms/accepted", {"accepts": ["SD-BASE"]}),
]
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


@pytest.mark.parametrize("door", OF_TERMS, ids=str)
def test_a_door_to_terms_that_wait_is_open_to_the_side_whose_turn_it_is(door: Door, conduit: Conduit) -> None:
    proffering.proffer(conduit=conduit, proposal=proposal("PDC-AI", "PDC-GOOD"))
    (end,) = ends_of(door, conduit)
    doors.assert_refuses_everybody_else(door, conduit, end)
    doors.assert_refuses_other_tenants(door, conduit, end)
    doors.assert_admits(door, conduit, end)


def test_the_doors_to_a_pass_are_open_to_the_ends_of_its_conduit_alone(conduit: Conduit) -> None:
    (ready, _), (used, other) = (_a_pass(conduit) for _ in range(2))
    use_pass(reader=Reader(conduit.company, "Ben", conduit.pk), code=other)
    for door, row, party in (
        (PASS, used, conduit.company),
        (PASS, used, conduit.owner),
        (REVOKING, ready, conduit.owner),
        (PASSES, None, conduit.owner),
    ):
        doors.assert_refuses_everybody_else(door, row, party)
        if row:
            doors.assert_refuses_other_tenants(door, row, party)
        doors.assert_admits(door, row, party)
    _, code = _a_pass(conduit)
    use = replace(USING, body={"code": code})
    doors.assert_refuses_everybody_else(use, None, conduit.company)
    doors.assert_refuses_other_tenants(use, None, conduit.company)
    doors.assert_admits(use, None, conduit.company)
    # Its photos are for the key that used it alone.
    assert ApiClient(a_key(conduit.company)).get(PHOTO.path(used)).status_code == 404


def _a_pass(conduit: Conduit) -> tuple[ContextPass, str]:
    field = next(one for one in fields_of(conduit) if one.name == "code")
    return make_pass(conduit=conduit, show={"code": field.seen})


@pytest.mark.parametrize("end", [0, 1])
def test_the_door_to_withdraw_is_open_to_both_ends_alone(end: int, conduit: Conduit) -> None:
    party = ends_of(WITHDRAWAL, conduit)[end]
    doors.assert_refuses_everybody_else(WITHDRAWAL, conduit, party)
    doors.assert_refuses_other_tenants(WITHDRAWAL, conduit, party)
    doors.assert_admits(WITHDRAWAL, conduit, party)


@pytest.mark.parametrize("door", OF_ONESELF, ids=str)
def test_what_is_usual_is_each_party_s_own_to_say(door: Door, conduit: Conduit) -> None:
    (end,) = ends_of(door, conduit)
    doors.assert_refuses_everybody_else(door, None, end)
    doors.assert_admits(door, None, end)


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
