"""A conduit whose opening no rule is left to meet, and what happens to its thing."""

from datetime import timedelta
from typing import Any

from conduits.models import Conduit
from picos.models import Event
from picos.scanning import record_scan
from rules.engine import draining as engine
from rules.models import Question, Rule, Wait
from tests.factories import a_company, a_conduit, a_person, a_pico, a_product


def an_open_conduit() -> Conduit:
    opened = a_conduit(a_person("Ann"), a_pico(a_product(a_company("LAMO"), name="Moccasin")))
    drain_all()
    return opened


def note(body: str) -> dict[str, Any]:
    """An action that writes this in a journal of its own side."""
    return {"do": "post_entry", "body": body, "visibility": "private"}


def drain_all() -> None:
    while engine.drain():
        pass


def scan(conduit: Conduit, visitor: int = 1) -> Event:
    event = Event.objects.get(pk=record_scan(pico=conduit.pico, visitor=visitor.to_bytes(8), person=None))
    drain_all()
    return event


def later(**time: float) -> None:
    """So much time passes for all that waits, without a wait: the clock is the database's."""
    passed = timedelta(**time)
    for wait in Wait.objects.all():
        Wait.objects.filter(pk=wait.pk).update(due=wait.due - passed)
    for question in Question.objects.all():
        Question.objects.filter(pk=question.pk).update(due=question.due - passed)


def what_came_of(rule: Rule) -> list[list[str]]:
    """Result and sentence of each action of its only run, which fired."""
    run = rule.runs.get()
    assert run.outcome == "fired", run.actions
    return [[done["result"], done["detail"]] for done in run.actions]


def events(name: str) -> list[dict[str, Any]]:
    """What the events of this type say, in order."""
    return [event.data for event in Event.objects.filter(type=name)]
