"""The actions that put labels on conversations and take them off."""

from typing import Any

import pytest

from conduits import labelling, steering
from conduits.models import Conduit, Label
from picos.scanning import record_scan
from rules.actions import add_label, remove_label
from tests.conftest import Api
from tests.factories import a_company, a_pico, a_rule
from tests.rules.actions.acting import drain_all, scan, what_came_of
from tests.rules.moments import a_meeting

pytestmark = pytest.mark.django_db

ADD, REMOVE = {"do": "add_label", "label": "Urgent"}, {"do": "remove_label", "label": "urgent"}


def test_a_label_is_put_on_once_and_taken_off_in_whatever_case(conduit: Conduit) -> None:
    rule = a_rule(conduit.company, then=[ADD, ADD, REMOVE, REMOVE, ADD])

    scan(conduit)

    label = Label.objects.get()
    assert [label.conduit, label.company, label.name] == [conduit, conduit.company, "Urgent"]
    assert what_came_of(rule) == [
        ["done", "The label “Urgent” was put on."],
        ["done", "The label “Urgent” was on already."],
        ["done", "The label “urgent” was taken off."],
        ["done", "The label “urgent” was not on."],
        ["done", "The label “Urgent” was put on."],
    ]


def test_nothing_passes_by_it_so_a_paused_conversation_is_labelled_too(conduit: Conduit) -> None:
    rule = a_rule(conduit.company, when={"event": "conduit.paused"}, then=[ADD])
    steering.pause(conduit)
    drain_all()

    assert what_came_of(rule) == [["done", "The label “Urgent” was put on."]]


def test_without_a_conversation_there_is_nothing_to_label() -> None:
    pico = a_pico()
    rule = a_rule(pico.product.company, then=[ADD, REMOVE])  # type: ignore[union-attr]
    record_scan(pico=pico, visitor=bytes(8), person=None)
    drain_all()

    assert what_came_of(rule) == [
        ["refused", "There is no conversation to label."],
        ["refused", "There is no conversation with labels."],
    ]


def test_one_too_many_is_refused_in_words(conduit: Conduit) -> None:
    labelling.set_labels(conduit=conduit, names=[f"l{number}" for number in range(20)])
    rule = a_rule(conduit.company, then=[ADD])

    scan(conduit)

    assert what_came_of(rule) == [["refused", "There are 20 labels on it already. Take one off first."]]


def test_a_person_has_no_labels(conduit: Conduit, api: Api) -> None:
    body = {"name": "A", "when": {"event": "pico.scanned"}, "then": [ADD]}
    assert list(api(conduit.owner).post("/rules", body).json()["errors"]) == ["then.0.do"]


@pytest.mark.parametrize("label", ["", " ", "a, b", "x" * 41, 7])
def test_what_is_no_label_is_refused_when_it_is_written(label: Any, api: Api) -> None:
    body = {"name": "A", "when": {"event": "pico.scanned"}, "then": [ADD | {"label": label}]}
    answer = api(a_company()).post("/rules", body)
    assert [answer.status_code, list(answer.json()["errors"])] == [422, ["then.0.label"]]


def test_a_rehearsal_says_it_and_labels_nothing(conduit: Conduit) -> None:
    moment = a_meeting(scan(conduit), a_rule(conduit.company), conduit)

    assert add_label.rehearse(add_label.Settings(label="A"), moment).detail == "label the conversation “A”"
    assert remove_label.rehearse(remove_label.Settings(label="A"), moment).detail == (
        "take the label “A” off the conversation"
    )
    assert not Label.objects.exists()
