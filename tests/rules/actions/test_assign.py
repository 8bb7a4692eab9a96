"""The action that gives a conversation to a member."""

from typing import Any

import pytest

from conduits.assigning import assign, assignee_of
from conduits.models import Conduit
from rules.actions import assign as action
from tests.conftest import Api
from tests.factories import a_conduit, a_member, a_person, a_pico, a_product, a_rule
from tests.rules.actions.acting import scan, what_came_of
from tests.rules.moments import a_meeting

pytestmark = pytest.mark.django_db


def test_a_member_gets_it_by_address(conduit: Conduit) -> None:
    ben = a_member(conduit.company, "agent", a_person("Ben", "ben@lamo.example"))
    rule = a_rule(conduit.company, then=[{"do": "assign", "member": "Ben@LAMO.example"}] * 2)

    scan(conduit)

    assert assignee_of(conduit) == ben
    assert what_came_of(rule) == [["done", "Ben has it now."], ["done", "Ben has it already."]]


def test_of_a_role_the_one_with_the_fewest_open_conversations_gets_it(conduit: Conduit) -> None:
    busy, free = (a_member(conduit.company, "agent", a_person(name)) for name in ("Ben", "Cleo"))
    a_member(conduit.company, "admin")
    assign(conduit=a_conduit(pico=a_pico(a_product(conduit.company))), member=busy)
    rule = a_rule(conduit.company, then=[{"do": "assign", "role": "agent"}])

    scan(conduit)

    assert assignee_of(conduit) == free
    assert what_came_of(rule) == [["done", "Cleo has it now."]]


def test_who_left_meanwhile_or_a_role_that_nobody_has_is_refused_in_words(conduit: Conduit) -> None:
    ben = a_member(conduit.company, "agent", a_person("Ben", "ben@lamo.example"))
    then = [{"do": "assign", "member": "ben@lamo.example"}, {"do": "assign", "role": "admin"}]
    rule = a_rule(conduit.company, then=then)
    ben.delete()

    scan(conduit)

    assert what_came_of(rule) == [
        ["refused", "None of your members who may answer has this address."],
        ["refused", "There is no admin to give it to."],
    ]
    assert assignee_of(conduit) is None


@pytest.mark.parametrize(
    ("to", "place"),
    [
        ({"member": "nobody@lamo.example"}, "member"),
        ({"member": "viewer@lamo.example"}, "member"),
        ({"member": "other@lamo.example"}, "member"),
        ({"role": "viewer"}, "role"),
        ({}, ""),
        ({"member": "ben@lamo.example", "role": "agent"}, ""),
    ],
)
def test_whom_it_cannot_be_given_to_is_refused_when_it_is_written(
    to: dict[str, Any], place: str, conduit: Conduit, api: Api
) -> None:
    a_member(conduit.company, "agent", a_person("Ben", "ben@lamo.example"))
    a_member(conduit.company, "viewer", a_person("Vi", "viewer@lamo.example"))
    a_member(a_conduit().company, "agent", a_person("Otto", "other@lamo.example"))
    body = {"name": "A", "when": {"event": "pico.scanned"}, "then": [{"do": "assign"} | to]}

    answer = api(conduit.company).post("/rules", body)

    assert [answer.status_code, list(answer.json()["errors"])] == [422, [f"then.0.{place}".removesuffix(".")]]


def test_a_rehearsal_says_it_and_gives_it_to_nobody(conduit: Conduit) -> None:
    a_member(conduit.company, "agent", a_person("Ben"))
    moment = a_meeting(scan(conduit), a_rule(conduit.company), conduit)

    assert action.rehearse(action.Settings(role="agent"), moment).detail == "give the conversation to Ben"
    assert assignee_of(conduit) is None
