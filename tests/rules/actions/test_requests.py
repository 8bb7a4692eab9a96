"""The actions that open and close requests."""

from typing import Any

import pytest

from conduits import steering
from conduits.models import Conduit, Request
from conduits.opening import add_thing_with_journal
from conduits.requests import By, open_request
from picos.models import Event
from picos.scanning import record_scan
from rules.actions import close_request as closing
from rules.actions import open_request as opening
from tests.conftest import Api
from tests.factories import a_company, a_person, a_rule
from tests.rules.actions.acting import drain_all, events, scan, what_came_of
from tests.rules.moments import a_meeting

pytestmark = pytest.mark.django_db

OPEN, CLOSE = {"do": "open_request", "title": "Mend the {{pico.product.name}}"}, {"do": "close_request"}


@pytest.mark.parametrize("side", ["owner", "company"])
def test_either_side_s_rule_opens_one_once(side: str, conduit: Conduit) -> None:
    rule = a_rule(conduit.owner if side == "owner" else conduit.company, then=[OPEN, OPEN])

    event = scan(conduit)

    request = Request.objects.get()
    assert [request.conduit, request.title, request.status] == [conduit, "Mend the Moccasin", "open"]
    assert [request.opened_by, request.opened_rule_id, request.opened_agent] == [side, rule.pk, None]
    opened = Event.objects.get(type="request.opened")
    assert opened.data == {"request": str(request.pk), "title": "Mend the Moccasin", "author": side}
    assert [opened.actor_kind, opened.actor_id, opened.cause_id] == ["rule", rule.pk, event.pk]
    assert what_came_of(rule) == [
        ["done", "The request “Mend the Moccasin” is open."],
        ["refused", "The request “Mend the Moccasin” is open already."],
    ]


@pytest.mark.parametrize("side", ["owner", "company"])
def test_either_side_s_rule_closes_what_is_open(side: str, conduit: Conduit) -> None:
    party = conduit.owner if side == "owner" else conduit.company
    for title in ("Mend it", "Call me"):
        open_request(conduit=conduit, title=title, by=By(conduit.owner))
    rule = a_rule(party, then=[CLOSE, CLOSE])

    scan(conduit)

    closed = list(Request.objects.order_by("id"))
    assert [(one.status, one.closed_by, one.closed_rule_id) for one in closed] == [("closed", side, rule.pk)] * 2
    assert [said["title"] for said in events("request.closed")] == ["Mend it", "Call me"]
    assert what_came_of(rule) == [["done", "Closed: “Mend it”, “Call me”."], ["refused", "No request is open."]]


def test_one_that_the_event_is_about_is_closed_alone(conduit: Conduit) -> None:
    open_request(conduit=conduit, title="Mend it", by=By(conduit.owner))
    drain_all()
    rule = a_rule(conduit.company, when={"event": "request.opened"}, then=[CLOSE])
    open_request(conduit=conduit, title="Spam", by=By(conduit.owner))
    drain_all()

    assert what_came_of(rule) == [["done", "Closed: “Spam”."]]
    assert Request.objects.open().get().title == "Mend it"


@pytest.mark.parametrize("side", ["owner", "company"])
def test_through_a_conduit_that_is_not_open_none_is_opened_or_closed(side: str, conduit: Conduit) -> None:
    open_request(conduit=conduit, title="Mend it", by=By(conduit.owner))
    party = conduit.owner if side == "owner" else conduit.company
    rule = a_rule(party, when={"event": "conduit.paused"}, then=[OPEN, CLOSE])
    steering.pause(conduit)
    drain_all()

    assert what_came_of(rule) == [
        ["refused", "Nothing was opened: the conduit is paused."],
        ["refused", "Nothing was closed: the conduit is paused."],
    ]
    assert Request.objects.get().status == "open"


def test_a_thing_whose_maker_is_not_here_has_nobody_to_settle_it_with() -> None:
    owner = a_person()
    rule = a_rule(owner, then=[OPEN, CLOSE])
    record_scan(pico=add_thing_with_journal(person=owner, name="Bicycle"), visitor=bytes(8), person=None)
    drain_all()

    assert [result for result, _ in what_came_of(rule)] == ["refused", "refused"]


def test_a_title_of_nothing_or_one_too_many_is_refused_in_words(conduit: Conduit) -> None:
    for number in range(20):
        open_request(conduit=conduit, title=f"R{number}", by=By(conduit.company))
    rule = a_rule(conduit.company, then=[OPEN | {"title": "{{event.data.gone}}"}, OPEN])
    drain_all()

    scan(conduit)

    assert what_came_of(rule) == [
        ["refused", "There was nothing to call it."],
        ["refused", "There are 20 open requests already. Close one first."],
    ]


def test_rules_that_open_and_close_in_turn_come_to_an_end(conduit: Conduit) -> None:
    opener = a_rule(conduit.company, when={"event": "request.closed"}, then=[OPEN])
    closer = a_rule(conduit.owner, when={"event": "request.opened"}, then=[CLOSE])
    open_request(conduit=conduit, title="Mend it", by=By(conduit.owner))
    drain_all()

    for rule in (opener, closer):
        rule.refresh_from_db()
    assert "paused" in {opener.status, closer.status}


@pytest.mark.parametrize(
    ("action", "place"),
    [
        ({"do": "open_request"}, "title"),
        (OPEN | {"title": ""}, "title"),
        (OPEN | {"title": "x" * 201}, "title"),
        (OPEN | {"title": "{{nope}}"}, "title"),
        (CLOSE | {"which": 1}, "which"),
    ],
)
def test_what_is_no_request_is_refused_when_it_is_written(action: dict[str, Any], place: str, api: Api) -> None:
    answer = api(a_company()).post("/rules", {"name": "A", "when": {"event": "pico.scanned"}, "then": [action]})
    assert [answer.status_code, list(answer.json()["errors"])] == [422, [f"then.0.{place}"]]


def test_a_rehearsal_says_it_and_opens_or_closes_nothing(conduit: Conduit) -> None:
    open_request(conduit=conduit, title="Call me", by=By(conduit.owner))
    moment = a_meeting(scan(conduit), a_rule(conduit.company), conduit)

    assert opening.rehearse(opening.Settings(title="Mend it"), moment).detail == "open the request “Mend it”"
    assert closing.rehearse(closing.Settings(), moment).detail == "close “Call me”"
    assert Request.objects.get().status == "open"
