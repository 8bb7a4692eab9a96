"""The action that raises an event of the party's own making."""

import json
from typing import Any

import pytest

from conduits import steering
from conduits.delivery.payloads import body_of
from conduits.models import Conduit, Delivery
from picos.models import Event
from rules.actions import raise_event as action
from tests.conftest import Api
from tests.factories import a_company, a_rule, an_endpoint
from tests.rules.actions.acting import drain_all, events, scan, what_came_of
from tests.rules.moments import a_meeting

pytestmark = pytest.mark.django_db

RAISE = {
    "do": "raise_event",
    "name": "refund.wanted",
    "data": {"about": "{{pico.product.name}}", "n": "{{event.data.n}}"},
}
WAITING: dict[str, Any] = {"event": "rule.raised", "where": {"name": "refund.wanted"}}


@pytest.mark.parametrize("side", ["owner", "company"])
def test_an_event_says_whose_rule_raised_it_and_what_it_was_told_to(side: str, conduit: Conduit) -> None:
    rule = a_rule(conduit.owner if side == "owner" else conduit.company, name="Raise it", then=[RAISE])

    event = scan(conduit)

    raised = Event.objects.get(type="rule.raised")
    assert raised.data == {
        "author": side,
        "visibility": "shared",
        "rule": "Raise it",
        "name": "refund.wanted",
        "data": {"about": "Moccasin"},
    }
    assert [raised.pico_id, raised.owner_id, raised.company_id] == [
        conduit.pico_id,
        conduit.owner_id,
        conduit.company_id,
    ]
    assert [raised.actor_kind, raised.actor_id, raised.cause_id, raised.depth] == ["rule", rule.pk, event.pk, 1]
    assert what_came_of(rule) == [["done", "The event “refund.wanted” was raised."]]


def test_rules_of_both_sides_wait_for_it_by_its_name(conduit: Conduit) -> None:
    a_rule(conduit.owner, then=[RAISE])
    waiting = [a_rule(party, when=WAITING) for party in (conduit.owner, conduit.company)]
    other = a_rule(conduit.owner, when={"event": "rule.raised", "where": {"name": "refund"}})

    scan(conduit)

    assert [rule.runs.get().outcome for rule in waiting] == ["fired", "fired"]
    assert not other.runs.exists()


def test_the_owner_s_reaches_the_company_as_a_note_does(conduit: Conduit) -> None:
    a_rule(conduit.owner, then=[RAISE])
    companys, owners = a_rule(conduit.company, when=WAITING), a_rule(conduit.owner, when=WAITING)
    steering.set_grants(conduit, ["scans"])

    scan(conduit)

    assert [companys.runs.count(), owners.runs.count()] == [0, 1]


def test_a_number_stays_one_for_conditions(conduit: Conduit) -> None:
    a_rule(conduit.owner, then=[RAISE | {"data": {"unread": "{{journal.unread}}"}}])
    more = {"if": {"field": "event.data.data.unread", "op": "lt", "value": 1}}
    rule = a_rule(conduit.owner, when=WAITING, **more)

    scan(conduit)

    assert rule.runs.get().outcome == "fired"


def test_no_word_of_it_can_pass_for_what_the_gate_reads(conduit: Conduit) -> None:
    """`author`, `entry` and such stand beside `data`, never in its place."""
    a_rule(conduit.company, then=[RAISE | {"data": {"author": "owner", "entry": "1", "visibility": "private"}}])

    scan(conduit)

    (said,) = events("rule.raised")
    assert [said["author"], said["visibility"]] == ["company", "shared"]
    assert "entry" not in said


def test_a_webhook_tells_it(conduit: Conduit) -> None:
    an_endpoint(conduit.company, events=("rule.raised",))
    a_rule(conduit.owner, name="Raise it", then=[RAISE])

    scan(conduit)

    event = Event.objects.get(pk=Delivery.objects.get().event_id)
    told = json.loads(body_of(event, conduit, None))["data"]
    assert [told["name"], told["data"], told["rule"]] == ["refund.wanted", {"about": "Moccasin"}, "Raise it"]


def test_rules_that_raise_each_other_s_events_come_to_an_end(conduit: Conduit) -> None:
    rule = a_rule(conduit.owner, when={"any": [{"event": "pico.scanned"}, WAITING]}, then=[RAISE])

    scan(conduit)

    rule.refresh_from_db()
    assert [rule.status, len(events("rule.raised"))] == ["paused", 9]
    assert rule.runs.order_by("-id")[0].outcome == "stopped"


def test_a_company_raises_nothing_through_a_conduit_that_is_not_open(conduit: Conduit) -> None:
    rule = a_rule(conduit.company, when={"event": "conduit.paused"}, then=[RAISE])
    steering.pause(conduit)
    drain_all()

    assert what_came_of(rule) == [["refused", "Nothing was raised: the conduit is paused."]]
    assert events("rule.raised") == []


def test_a_rehearsal_says_it_and_records_nothing(conduit: Conduit) -> None:
    moment = a_meeting(scan(conduit), a_rule(conduit.owner), conduit)
    settings = action.Settings(name="a", data={"b": "{{event.type}}"})

    assert action.rehearse(settings, moment).detail == 'raise the event “a” with {"b": "pico.scanned"}'
    assert events("rule.raised") == []


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"name": "Refund"}, "name"),
        ({"name": "a" * 42}, "name"),
        ({"name": "a\n"}, "name"),
        ({"name": ""}, "name"),
        ({"data": {"A": "x"}}, "data.A.[key]"),
        ({"data": {"a": "{{nope}}"}}, "data.a"),
        ({"data": {"a": 1}}, "data.a"),
        ({"data": {f"k{n}": "" for n in range(11)}}, "data"),
    ],
)
def test_what_is_no_event_is_refused_when_it_is_written(wrong: dict[str, Any], place: str, api: Api) -> None:
    body = {"name": "A", "when": {"event": "pico.scanned"}, "then": [RAISE | wrong]}
    answer = api(a_company()).post("/rules", body)

    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [f"then.0.{place}"]
