"""The action that sets a value of the thing."""

from typing import Any

import pytest
from pydantic import ValidationError

from conduits import steering
from conduits.models import Conduit
from conduits.opening import accept_transfer
from picos.models import Event, State
from picos.scanning import record_scan
from picos.states import set_state
from picos.transferring import offer_transfer
from rules.actions import set_state as action
from tests.conftest import Api
from tests.factories import a_company, a_person, a_pico, a_rule
from tests.rules.actions.acting import drain_all, events, scan, what_came_of
from tests.rules.moments import a_meeting

pytestmark = pytest.mark.django_db

SET = {"do": "set_state", "key": "scanned", "value": True}


@pytest.mark.parametrize("side", ["owner", "company"])
def test_a_value_is_set_in_the_namespace_of_the_rule_s_side(side: str, conduit: Conduit) -> None:
    party = conduit.owner if side == "owner" else conduit.company
    rule = a_rule(party, then=[SET])

    event = scan(conduit)

    row = State.objects.get()
    assert [row.namespace, row.key, row.value] == [side, "scanned", True]
    assert what_came_of(rule) == [["done", "“scanned” is true."]]
    changed = Event.objects.get(type="pico.state_changed")
    assert changed.data == {"namespace": side, "key": "scanned", "value": True, "old": None}
    assert [changed.actor_kind, changed.actor_id, changed.cause_id, changed.depth] == ["rule", rule.pk, event.pk, 1]


def test_an_equal_value_again_is_no_event(conduit: Conduit) -> None:
    a_rule(conduit.owner, then=[SET])

    scan(conduit, 1)
    scan(conduit, 2)

    assert len(events("pico.state_changed")) == 1


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("{{pico.product.name}} of {{owner.name}}", "Moccasin of Ann"),
        ("{{journal.unread}}", 0),
        ("{{journal.waiting}}", False),
        ({"eu": 42}, {"eu": 42}),
        (3.5, 3.5),
    ],
)
def test_a_text_has_fields_and_a_mere_field_keeps_its_type(value: Any, kept: Any, conduit: Conduit) -> None:
    a_rule(conduit.owner, then=[SET | {"value": value}])

    scan(conduit)

    row = State.objects.get()
    assert row.value == kept
    assert type(row.value) is type(kept)


def test_a_time_is_kept_as_the_operators_read_it(conduit: Conduit) -> None:
    a_rule(conduit.owner, then=[SET | {"value": "{{event.at}}"}])

    event = scan(conduit)

    assert State.objects.get().value == event.at.isoformat().replace("+00:00", "Z")


def test_a_field_that_is_missing_sets_nothing(conduit: Conduit) -> None:
    rule = a_rule(conduit.owner, then=[SET | {"value": "{{event.data.gone}}"}])

    scan(conduit)

    assert what_came_of(rule) == [["refused", "There was nothing to set it to."]]
    assert not State.objects.exists()


def test_a_company_sets_nothing_through_a_conduit_that_is_not_open(conduit: Conduit) -> None:
    rule = a_rule(conduit.company, when={"event": "conduit.paused"}, then=[SET])
    steering.pause(conduit)
    drain_all()

    assert what_came_of(rule) == [["refused", "Nothing was set: the conduit is paused."]]
    assert not State.objects.exists()


def test_a_company_sets_what_it_likes_of_a_thing_that_nobody_owns() -> None:
    pico = a_pico()
    rule = a_rule(pico.product.company, then=[SET])  # type: ignore[union-attr]
    record_scan(pico=pico, visitor=bytes(8), person=None)
    drain_all()

    assert what_came_of(rule) == [["done", "“scanned” is true."]]


def test_what_was_sold_meanwhile_is_left_alone(conduit: Conduit) -> None:
    rule = a_rule(conduit.owner, then=[SET])
    record_scan(pico=conduit.pico, visitor=bytes(8), person=None)
    accept_transfer(token=offer_transfer(pico=conduit.pico, owner=conduit.owner).token, person=a_person())
    drain_all()

    assert what_came_of(rule) == [["refused", "Nothing was set: it has another owner now."]]
    assert not State.objects.exists()


def test_a_value_too_many_or_too_long_is_refused_in_words(conduit: Conduit) -> None:
    long = a_rule(conduit.owner, then=[SET | {"value": "é" * 600}])
    for number in range(100):
        set_state(pico=conduit.pico, party=conduit.company, key=f"k{number}", value=1)
    much = a_rule(conduit.company, then=[SET])
    drain_all()

    scan(conduit)

    assert what_came_of(long) == [["refused", "A value has at most 1024 bytes; this one has 1202."]]
    assert what_came_of(much) == [
        ["refused", "There are 100 values already. Take one away first; nothing was changed."]
    ]


def test_what_a_failed_run_set_is_undone(conduit: Conduit, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("rules.actions.post_entry.perform", fail)
    rule = a_rule(conduit.owner, then=[SET, {"do": "post_entry", "body": "Hello"}])

    scan(conduit)

    assert rule.runs.get().outcome == "failed"
    assert not State.objects.exists()
    assert events("pico.state_changed") == []


def test_a_rehearsal_says_it_and_writes_nothing(conduit: Conduit) -> None:
    event = scan(conduit)
    moment = a_meeting(event, a_rule(conduit.owner), conduit)
    settings = action.Settings(key="mode", value="{{event.type}}")

    assert action.rehearse(settings, moment).detail == "set “mode” to “pico.scanned”"
    assert not State.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"key": "Colour"}, "key"),
        ({"key": ""}, "key"),
        ({"value": None}, "value"),
        ({"value": "{{pico.colour}}"}, "value"),
        ({"value": [[[[[1]]]]]}, "value"),
        ({"value": "x" * 1001}, "value"),
        ({"value": {"a": "x" * 1100}}, "value"),
    ],
)
def test_what_cannot_be_set_is_refused_when_it_is_written(wrong: dict[str, Any], place: str, api: Api) -> None:
    body = {"name": "A", "when": {"event": "pico.scanned"}, "then": [SET | wrong]}
    answer = api(a_company()).post("/rules", body)

    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [f"then.0.{place}"]


def test_settings_without_a_value_are_none() -> None:
    with pytest.raises(ValidationError):
        action.Settings.model_validate({"key": "a"})
