"""The generic connector: Standard Webhooks there and back."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from standardwebhooks.webhooks import Webhook
from time_machine import Traveller

from conduits.connectors.setting_up import switch_off
from conduits.delivery.endpoints import send_test
from conduits.models import Conduit, Delivery
from journals.models import Entry
from picos.models import Event
from tests.conduits.connectors.a_program import AProgram
from tests.conduits.connectors.world import World, a_world, in_json, sent
from tests.conduits.sink import Sink
from tests.each import each
from tests.factories import a_conduit

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 21, 16, 40, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Traveller]:
    with time_machine.travel(NOW, tick=False) as travelling:
        yield travelling


@pytest.fixture
def program() -> AProgram:
    return AProgram()


@pytest.fixture
def world(program: AProgram, sink: Sink) -> World:
    made = a_world(program, sink)
    program.secret = made.secret
    return made


def an_answer(**data: Any) -> dict[str, Any]:
    return {"type": "conduit.message", "timestamp": "2026-11-21T16:40:00Z", "data": {"body": "Back at five."} | data}


def test_messages_go_there_signed_under_their_own_id(world: World, program: AProgram) -> None:
    message = sent(world.scan())

    (received,) = program.received
    assert message.state == "delivered"
    assert received.headers["webhook-id"] == message.webhook_id
    told = Webhook(world.secret).verify(received.body, received.headers)
    assert told["type"] == "pico.scanned"
    assert received.body.decode() == message.body


def test_a_test_goes_there_signed_too(world: World, program: AProgram) -> None:
    assert sent(send_test(world.connector.endpoint)).state == "delivered"
    assert program.received[0].json["type"] == "endpoint.test"
    Webhook(world.secret).verify(program.received[0].body, program.received[0].headers)


def test_an_answer_is_tied_to_the_message_that_it_names(world: World, program: AProgram) -> None:
    message = sent(world.write())

    answer = world.tell(an_answer(in_reply_to=message.webhook_id, data={"eta": "2026-11-21T17:00:00Z"}))

    assert [answer.status_code, in_json(answer)] == [200, {"taken": 1}]
    entry = Entry.objects.get(author_company=world.conduit.company)
    assert [entry.body, entry.data, entry.in_reply_to] == [
        "Back at five.",
        {"eta": "2026-11-21T17:00:00Z"},
        Entry.objects.get(body="The sole came off."),
    ]
    assert Event.objects.get(type="conduit.message").cause_id == message.event_id
    assert [in_json(world.tell(an_answer(in_reply_to=message.webhook_id))), world.answers] == [
        {"taken": 0},
        ["Back at five."],
    ]


def test_a_conduit_can_be_named_instead(world: World, program: AProgram) -> None:
    assert in_json(world.tell(an_answer(conduit=str(world.conduit.pk)))) == {"taken": 1}
    assert world.answers == ["Back at five."]


@pytest.mark.parametrize("other", ["conduit", "message"])
def test_another_company_s_customer_is_out_of_reach(world: World, program: AProgram, other: str) -> None:
    elsewhere: Conduit = a_conduit()
    named = {"conduit": str(elsewhere.pk)} if other == "conduit" else {"in_reply_to": f"msg_{elsewhere.pk.hex}"}

    assert in_json(world.tell(an_answer(**named))) == {"taken": 0}
    assert not elsewhere.journal.entries.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "conduit.message", "data": {}},
        {"type": "conduit.message", "data": {"body": ""}},
        {"type": "conduit.message", "data": {"body": "x" * 10_001}},
        {"type": "conduit.message", "data": {"body": "\0"}},
        {"type": "conduit.message", "data": {"body": "x", "data": {"y": "z" * 5000}}},
        {"type": "conduit.message", "data": []},
        [],
        b"no JSON",
        b"\xff",
    ],
)
def test_what_cannot_be_understood_is_refused(world: World, program: AProgram, wrong: Any) -> None:
    answer = world.tell(wrong)
    assert [answer.status_code, in_json(answer)["errors"]] == [422, {"body": ["It could not be understood."]}]


def test_a_wrong_eta_is_refused_and_may_be_sent_again(world: World, program: AProgram) -> None:
    message = sent(world.write())
    assert world.tell(an_answer(in_reply_to=message.webhook_id, data={"eta": "soon"})).status_code == 422
    assert in_json(world.tell(an_answer(in_reply_to=message.webhook_id))) == {"taken": 1}


@pytest.fixture
def written(world: World) -> Delivery:
    """What the customer wrote has got there."""
    return sent(world.write())


@each(
    "forged",
    [
        {"webhook-signature": "v1,bm90aGluZw=="},
        {"webhook-signature": ""},
        {"webhook-id": "msg_other"},
        {"webhook-id": "a.b"},
        {"webhook-id": ""},
        {"webhook-timestamp": "1"},
        {"webhook-timestamp": "soon"},
        {"webhook-timestamp": "9" * 400},
    ],
)
def test_what_its_secret_did_not_sign_gets_the_404_of_nothing(
    world: World, program: AProgram, written: Delivery, forged: dict[str, str]
) -> None:
    body, headers = program.told(an_answer(in_reply_to=written.webhook_id))

    answer = world.post(body, **(headers | forged))

    assert [answer.status_code, in_json(answer)["detail"]] == [404, "There is no such thing, or it is not yours."]
    assert world.answers == []


def test_an_old_signature_is_worth_nothing(world: World, program: AProgram, clock: Traveller) -> None:
    body, headers = program.told(an_answer(conduit=str(world.conduit.pk)))
    clock.shift(dt.timedelta(seconds=301))
    assert world.post(body, **headers).status_code == 404


def test_other_types_are_no_answers(world: World, program: AProgram) -> None:
    assert in_json(world.tell({"type": "something.else", "data": {}})) == {"taken": 0}


def test_one_that_is_switched_off_takes_nothing(world: World, program: AProgram) -> None:
    switch_off(world.connector)
    assert world.tell(an_answer(conduit=str(world.conduit.pk))).status_code == 404
    assert sent(world.scan()).state == "waiting"
    assert program.received == []
