"""Rehearsals: what a draft would have done with what happened, and that nothing is done."""

from typing import Any

import pytest

from conduits import steering
from conduits.event_types import OWNERS_OWN
from conduits.models import Conduit, Delivery
from journals.models import Entry
from picos.event_types import event_types
from picos.models import Event, Notice, Pending
from picos.scanning import record_scan
from rules.engine import draining as engine
from rules.event_types import OF_ONE_RULE
from rules.models import Run, Watch
from tests.conftest import Api
from tests.factories import a_company, a_conduit, a_person, a_rule, an_endpoint

pytestmark = pytest.mark.django_db

DRAFT: dict[str, Any] = {
    "name": "Tell me",
    "when": {"event": "pico.scanned"},
    "then": [{"do": "notify_owner", "text": "{{pico.product.name}} was scanned"}],
}


@pytest.fixture
def conduit() -> Conduit:
    return a_conduit()


def scan(conduit: Conduit, times: int = 1) -> None:
    for number in range(times):
        record_scan(pico=conduit.pico, visitor=f"v{Event.objects.count()}{number}".encode(), person=None)


def drain_all() -> None:
    while engine.drain():
        pass


def simulate(api: Api, party: Any, **body: Any) -> Any:
    answer = api(party).post("/rules/simulate", {"definition": DRAFT} | body)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_draft_meets_what_happened_and_nothing_is_done(api: Api, conduit: Conduit) -> None:
    scan(conduit, 2)
    drain_all()
    before = [table.objects.count() for table in (Run, Notice, Entry, Delivery, Pending, Event, Watch)]

    told = simulate(api, conduit.owner)

    assert [told["fired"], [one["outcome"] for one in told["results"]]] == [2, ["fired", "fired"]]
    assert told["results"][0]["actions"] == [
        {"do": "notify_owner", "result": "done", "detail": "tell me: “Moccasin was scanned”"}
    ]
    assert [table.objects.count() for table in (Run, Notice, Entry, Delivery, Pending, Event, Watch)] == before


def test_each_leaf_says_what_it_saw(api: Api, conduit: Conduit) -> None:
    scan(conduit)
    never = DRAFT | {"if": {"field": "pico.status", "op": "is", "value": "lost"}}

    (one,) = simulate(api, conduit.owner, definition=never)["results"]

    assert [one["outcome"], one["trace"][0]["seen"], one["actions"]] == ["not_matched", "claimed", []]


def test_a_pattern_is_rehearsed_from_its_first_event_on(api: Api, conduit: Conduit) -> None:
    scan(conduit, 4)
    third = DRAFT | {"when": {"count": 3, "of": {"event": "pico.scanned"}}}

    told = simulate(api, conduit.owner, definition=third)

    assert [one["outcome"] for one in told["results"]] == ["noted", "noted", "fired", "noted"]


def test_a_limit_is_rehearsed_too(api: Api, conduit: Conduit) -> None:
    scan(conduit, 3)

    told = simulate(api, conduit.owner, definition=DRAFT | {"cooldown": "PT1H"})

    assert [one["outcome"] for one in told["results"]] == ["fired", "skipped", "skipped"]


def test_the_draft_of_a_rule_is_compared_with_it(api: Api, conduit: Conduit) -> None:
    rule = a_rule(conduit.owner)
    scan(conduit)
    drain_all()
    never = DRAFT | {"if": {"field": "pico.status", "op": "is", "value": "lost"}}

    told = simulate(api, conduit.owner, definition=never, rule=str(rule.pk))

    assert [told["differing"], told["results"][0]["live"], told["results"][0]["differs"]] == [1, "fired", True]


def test_an_event_can_be_typed_in(api: Api, conduit: Conduit) -> None:
    found = DRAFT | {
        "when": {"event": "pico.scanned", "where": {"region": "DE"}},
        "then": [{"do": "notify_owner", "text": "From {{event.data.region}}"}],
    }
    event = {"type": "pico.scanned", "pico": conduit.pico.code, "data": {"region": "DE"}}

    (one,) = simulate(api, conduit.owner, definition=found, event=event)["results"]

    assert [one["outcome"], one["actions"][0]["detail"]] == ["fired", "tell me: “From DE”"]
    assert not Event.objects.filter(pk=one["event"]).exists()


def test_a_company_rehearses_only_what_passes_the_gate(api: Api, conduit: Conduit) -> None:
    endpoint = an_endpoint(conduit.company)
    scan(conduit)
    draft = DRAFT | {"then": [{"do": "send_webhook", "endpoint": str(endpoint.pk)}]}

    assert simulate(api, conduit.company, definition=draft)["results"][0]["actions"][0]["detail"] == (
        "send the event to http://127.0.0.1:9/hook"
    )
    steering.set_grants(conduit, [])
    assert simulate(api, conduit.company, definition=draft)["results"] == []


def test_somebody_else_s_things_are_not_there(api: Api, conduit: Conduit) -> None:
    scan(conduit)
    event = {"type": "pico.scanned", "pico": conduit.pico.code}

    assert simulate(api, a_person())["results"] == []
    assert simulate(api, a_company())["results"] == []
    answer = api(a_person()).post("/rules/simulate", {"definition": DRAFT, "event": event})
    assert answer.status_code == 404
    assert api(None).post("/rules/simulate", {"definition": DRAFT}).status_code == 401


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, "definition"),
        ({"definition": DRAFT | {"then": []}}, "definition.then"),
        ({"definition": DRAFT | {"then": [{"do": "fly"}]}}, "then.0.do"),
        ({"definition": DRAFT, "last": 0}, "last"),
        ({"definition": DRAFT, "last": 201}, "last"),
        ({"definition": DRAFT, "event": {"type": "pico.eaten", "pico": "CODE"}}, "event.type"),
        ({"definition": DRAFT, "event": {"type": "rule.due", "pico": "CODE"}}, "event.type"),
        ({"definition": DRAFT, "event": {"type": "rule.started", "pico": "CODE"}}, "event.type"),
        ({"definition": DRAFT, "event": {"type": "pico.scanned", "pico": "x"}}, "event.pico"),
        ({"definition": DRAFT, "event": {"type": "pico.scanned", "pico": "CODE", "data": {"a": "\0"}}}, "event.data"),
    ],
)
def test_what_is_wrong_is_pointed_at(api: Api, conduit: Conduit, body: dict[str, Any], place: str) -> None:
    if body.get("event", {}).get("pico") == "CODE":
        body = body | {"event": body["event"] | {"pico": conduit.pico.code}}
    answer = api(conduit.owner).post("/rules/simulate", body)

    assert answer.status_code == 422
    assert place in answer.json()["errors"]


def test_an_event_of_any_type_can_be_typed_whatever_it_says(api: Api, conduit: Conduit) -> None:
    hostile = {"entry": "x", "author": {}, "visibility": [], "namespace": 1, "key": {}, "question": [], "choice": 3}
    typed = [known.name for known in event_types() if known.name not in OF_ONE_RULE | OWNERS_OWN]
    for party in (conduit.owner, conduit.company):
        for name in typed:
            draft = DRAFT | {"when": {"any": [{"event": name}, {"event": "pico.scanned"}]}}
            simulate(api, party, definition=draft, event={"type": name, "pico": conduit.pico.code, "data": hostile})


def test_a_rule_of_somebody_else_is_none_to_compare_with(api: Api, conduit: Conduit) -> None:
    rule = a_rule(a_person())
    answer = api(conduit.owner).post("/rules/simulate", {"definition": DRAFT, "rule": str(rule.pk)})

    assert answer.status_code == 404
