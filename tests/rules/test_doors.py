"""Who may pass which door to rules, runs and endpoints."""

from typing import Any

import pytest

from conduits.models import Endpoint
from parties.models import Company, Person
from picos.models import Event
from rules.engine.draining import drain
from rules.models import Question, Rule, Run
from rules.subscriptions import add_subscribed_connector
from rules.writing import current_version
from tests.conduits import doors
from tests.conduits.doors import Door
from tests.conftest import Api
from tests.factories import a_company, a_conduit, a_rule, an_endpoint

pytestmark = pytest.mark.django_db

BOTH = ("company", "person")
DEFINITION = {"name": "Changed", "when": {"event": "pico.lost"}, "then": [{"do": "notify_owner", "text": "Oh"}]}
URL = "https://crm.example/hook"


def at(noun: str, what: str = "") -> Any:
    return lambda row: f"/{noun}/{getattr(row, 'pk', row)}{what}"


OF_RULES = [
    Door("get", "rules", BOTH, 200, at("rules")),
    Door("put", "rules", BOTH, 200, at("rules"), DEFINITION),
    Door("delete", "rules", BOTH, 204, at("rules")),
    Door("post", "rules", BOTH, 200, at("rules", "/enable")),
    Door("post", "rules", BOTH, 200, at("rules", "/disable")),
    Door("get", "rules", BOTH, 200, at("rules", "/runs")),
]
OF_ENDPOINTS = [
    Door("get", "webhooks", ("company",), 200, at("endpoints")),
    Door("put", "webhooks", ("company",), 200, at("endpoints"), {"events": ["pico.lost"]}),
    Door("delete", "webhooks", ("company",), 204, at("endpoints")),
    Door("post", "webhooks", ("company",), 200, at("endpoints", "/rotate")),
    Door("post", "webhooks", ("company",), 202, at("endpoints", "/test")),
    Door("post", "webhooks", ("company",), 200, at("endpoints", "/enable")),
    Door("post", "webhooks", ("company",), 202, at("endpoints", "/recover"), {"since": "2026-01-01T00:00:00Z"}),
]
CONNECTOR = {"kind": "webhook", "config": {"url": URL}}
OF_CONNECTORS = [
    Door("get", "webhooks", ("company",), 200, at("connectors")),
    Door("put", "webhooks", ("company",), 200, at("connectors"), {"events": ["pico.lost"]}),
    Door("delete", "webhooks", ("company",), 204, at("connectors")),
    Door("post", "webhooks", ("company",), 202, at("connectors", "/test")),
    Door("post", "webhooks", ("company",), 200, at("connectors", "/rotate")),
    Door("post", "webhooks", ("company",), 200, at("connectors", "/enable")),
    Door("post", "webhooks", ("company",), 200, at("connectors", "/disable")),
]
WITHOUT_ROW = [
    Door("get", "webhooks", ("company",), 200, lambda _: "/connectors"),
    Door("post", "webhooks", ("company",), 201, lambda _: "/connectors", CONNECTOR),
    Door("get", "rules", BOTH, 200, lambda _: "/rules"),
    Door("post", "rules", BOTH, 201, lambda _: "/rules", DEFINITION),
    Door("get", "rules", BOTH, 200, lambda _: "/questions"),
    Door("post", "rules", BOTH, 200, lambda _: "/rules/simulate", {"definition": DEFINITION}),
    Door("get", "webhooks", ("company",), 200, lambda _: "/endpoints"),
    Door("post", "webhooks", ("company",), 201, lambda _: "/endpoints", {"url": URL, "events": ["*"]}),
]
OF_QUESTIONS = Door("post", "rules", BOTH, 200, at("questions", "/answer"), {"choice": "Yes"})
OF_RUNS = Door("get", "rules", BOTH, 200, at("runs"))
WHY = Door(
    "get", "rules", BOTH, 200, lambda run: f"/rules/{getattr(run, 'rule_id', run)}/why/{getattr(run, 'event_id', run)}"
)


def parties_of(door: Door) -> list[Company | Person]:
    conduit = a_conduit()
    ends: dict[str, Company | Person] = {"company": conduit.company, "person": conduit.owner}
    return [ends[kind] for kind in door.parties]


@pytest.mark.parametrize("door", OF_RULES, ids=str)
def test_a_door_to_a_rule_is_open_to_its_party_alone(door: Door) -> None:
    for party in parties_of(door):
        rule = a_rule(party)
        doors.assert_refuses_everybody_else(door, rule, party)
        doors.assert_refuses_other_tenants(door, rule, party)
        doors.assert_admits(door, rule, party)


def test_neither_end_of_a_conduit_sees_the_other_s_rules(api: Api) -> None:
    conduit = a_conduit()
    owners, companys = a_rule(conduit.owner), a_rule(conduit.company)

    sees: list[tuple[Company | Person, Rule, Rule]] = [
        (conduit.owner, owners, companys),
        (conduit.company, companys, owners),
    ]
    for party, own, other in sees:
        assert [one["id"] for one in api(party).get("/rules").json()["results"]] == [str(own.pk)]
        assert api(party).get(f"/rules/{other.pk}").status_code == 404
        assert api(party).get(f"/rules/{other.pk}/runs").status_code == 404


@pytest.mark.parametrize("door", OF_CONNECTORS, ids=str)
def test_a_door_to_a_connector_is_open_to_its_company_alone(door: Door) -> None:
    company = a_company()
    connector, _, _ = add_subscribed_connector(company=company, kind="webhook", config={"url": URL})
    doors.assert_refuses_everybody_else(door, connector, company)
    doors.assert_refuses_other_tenants(door, connector, company)
    doors.assert_admits(door, connector, company)


@pytest.mark.parametrize("door", OF_ENDPOINTS, ids=str)
def test_a_door_to_an_endpoint_is_open_to_its_company_alone(door: Door) -> None:
    company = a_company()
    endpoint = an_endpoint(company)
    doors.assert_refuses_everybody_else(door, endpoint, company)
    doors.assert_refuses_other_tenants(door, endpoint, company)
    doors.assert_admits(door, endpoint, company)


@pytest.mark.parametrize("door", WITHOUT_ROW, ids=str)
def test_a_list_is_open_to_keys_with_its_scope(door: Door) -> None:
    for party in parties_of(door):
        doors.assert_refuses_everybody_else(door, None, party)
        doors.assert_admits(door, None, party)


def test_a_door_to_a_run_is_open_to_its_rule_s_party_alone() -> None:
    conduit = a_conduit()
    for party in (conduit.company, conduit.owner):
        rule = a_rule(party, when={"event": "conduit.opened"})
        event = Event.objects.get(type="conduit.opened", pico=conduit.pico)
        run = Run.objects.create(
            rule=rule, version=current_version(rule), event_id=event.pk, event_type=event.type, outcome="fired"
        )
        for door in (OF_RUNS, WHY):
            doors.assert_refuses_everybody_else(door, run, party)
            doors.assert_refuses_other_tenants(door, run, party)
            doors.assert_admits(door, run, party)


@pytest.mark.parametrize("of", ["owner", "company"])
def test_a_door_to_a_question_is_open_to_who_is_asked_alone(of: str) -> None:
    conduit = a_conduit()
    ask = {"do": "ask", "of": of, "question": "Mend it?", "choices": ["Yes", "No"], "within": "P2D"}
    a_rule(conduit.company, when={"event": "conduit.opened"}, then=[ask])
    while drain():
        pass
    question, asked = Question.objects.get(), conduit.owner if of == "owner" else conduit.company

    doors.assert_refuses_everybody_else(OF_QUESTIONS, question, asked)
    doors.assert_refuses_other_tenants(OF_QUESTIONS, question, asked)
    doors.assert_admits(OF_QUESTIONS, question, asked)


def test_another_tenant_s_lists_have_nothing_of_mine(api: Api) -> None:
    company = a_company()
    a_rule(company)
    an_endpoint(company)

    for path in ("/rules", "/endpoints"):
        assert api(a_company()).get(path).json() == {"results": [], "next": None}
    assert [Rule.objects.count(), Endpoint.objects.count()] == [2, 1]
