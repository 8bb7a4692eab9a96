"""What holds for every kind that opens requests elsewhere: nothing doubled, nothing personal, no echo, no loop."""

import datetime as dt
import pickle
from collections.abc import Iterator

import pytest
import time_machine
from aiohttp import web
from django.db import transaction
from time_machine import Traveller

from conduits import steering
from conduits.answering import answer
from conduits.connectors.kinds import kinds
from conduits.delivery import draining as delivery
from conduits.delivery.endpoints import send_test
from conduits.models import AccessLine, Counterpart, Delivery, Received
from journals.models import Entry
from parties.vault import open_sealed
from picos.models import Event
from rules.engine import draining as engine
from rules.subscriptions import resubscribe
from tests.conduits.connectors.a_chatwoot import AChatwoot
from tests.conduits.connectors.a_helpdesk import AHelpdesk
from tests.conduits.connectors.a_hubspot import AHubSpot
from tests.conduits.connectors.a_salesforce import ASalesforce
from tests.conduits.connectors.a_zendesk import AZendesk
from tests.conduits.connectors.documented import Documented
from tests.conduits.connectors.world import World, a_world, in_json, sent
from tests.conduits.sink import Sink
from tests.each import each

pytestmark = pytest.mark.django_db

SYSTEMS: list[type[Documented]] = [AChatwoot, AHelpdesk, AHubSpot, ASalesforce, AZendesk]
NOW = dt.datetime(2026, 11, 21, 16, 40, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Traveller]:
    with time_machine.travel(NOW, tick=False) as travelling:
        yield travelling


# Of those that tell us of answers.
those_that_tell = pytest.mark.parametrize(
    "_made", [one for one in SYSTEMS if one.TELLS], indirect=True, ids=lambda system: system.KIND
)


@pytest.fixture(scope="module")
def _sink() -> Iterator[Sink]:
    with Sink() as running:
        yield running


@pytest.fixture(scope="module", params=SYSTEMS, ids=lambda system: system.KIND)
def _made(request: pytest.FixtureRequest, _sink: Sink, one_transaction: None) -> Iterator[bytes]:
    """Once for all tests of a system: what each needs first takes longer than many a test."""
    with transaction.atomic():
        with time_machine.travel(NOW, tick=False):
            made = pickle.dumps(a_world(request.param(), _sink))
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def world(_made: bytes, _sink: Sink) -> Iterator[World]:
    """As it was made, whatever other tests did to it."""
    made: World = pickle.loads(_made)
    _sink.answer = made.system
    yield made
    assert made.system.wrong == []


@pytest.fixture
def written(world: World) -> Delivery:
    """What the customer wrote has got there."""
    return sent(world.write())


def test_every_kind_that_opens_requests_is_held_to_this() -> None:
    assert {one.KIND for one in SYSTEMS} == {name for name, kind in kinds().items() if kind.CAPABILITIES.requests}


def test_a_scan_opens_one_request_about_somebody_who_is_not_named(world: World) -> None:
    message = sent(world.scan())

    assert [message.state, message.endpoint.ordered] == ["delivered", True]
    (opened,) = world.system.requests
    assert [opened.title, opened.name, opened.email] == ["The code on Moccasin LM-7 is scanned", "Owner of LM-7", ""]
    assert "Ann" not in str(opened)
    assert world.now.worked_at == NOW


def test_who_it_is_is_told_only_as_granted(world: World) -> None:
    world.grant_contact()
    sent(world.write())

    (opened,) = world.system.requests
    assert "Ann" in opened.name
    assert opened.email == "ann@customer.example"
    lines = AccessLine.objects.filter(conduit=world.conduit, outcome="sent", what="journal.entry_added")
    assert [line.fields for line in lines] == [["owner", "entry"]]


def test_a_name_that_is_not_granted_any_more_is_not_used_again(world: World) -> None:
    world.grant_contact()
    sent(world.write("First."))
    steering.set_grants(world.conduit, ["entries"])
    asked = len(world.system.asked)
    sent(world.write("Second."))

    assert world.system.asked[asked:]
    keys = Counterpart.objects.filter(noun="contact").values_list("key", flat=True)
    if world.system.KIND != "helpdesk":
        assert str(world.conduit.pk) in keys


def test_what_is_said_later_is_added_to_the_same_request(world: World) -> None:
    sent(world.scan())
    sent(world.write("The sole came off."))

    (opened,) = world.system.requests
    assert opened.title == "The code on Moccasin LM-7 is scanned"
    assert opened.said[-1].startswith("The sole came off.")


def test_what_was_written_though_its_answer_was_lost_is_not_written_again(world: World, clock: Traveller) -> None:
    for act in (world.scan, world.write, world.write):
        message = act()
        # Each write of it loses its answer, the first one at first.
        for before in range(5):
            world.system.spoil = [*[None] * before, web.Response(status=500)]
            if sent(message).state == "delivered":
                break
            clock.shift(dt.timedelta(hours=30))
        world.system.spoil = []
        assert sent(message).state == "delivered"
        (opened,) = world.system.requests
        assert len([one for one in opened.said if message.webhook_id in one]) == 1, opened.said


def test_what_lets_nobody_in_is_said_on_the_connector_and_waits(world: World) -> None:
    world.system.refuse = [web.Response(status=401)]
    message = sent(world.scan())

    assert [message.state, message.next_attempt_at is not None] == ["waiting", True]
    assert world.now.error == "It does not let us in (401): check what you entered, and what it may do there."
    assert world.now.error_at == NOW
    assert message.attempts.get().status == 401
    assert world.system.requests == []


def test_what_works_again_says_so(world: World, clock: Traveller) -> None:
    world.system.refuse = [web.Response(status=401)]
    message = sent(world.scan())
    clock.shift(MINUTE)

    assert sent(message).state == "delivered"
    assert [world.now.error, world.now.worked_at] == ["", NOW + MINUTE]


@pytest.mark.parametrize(("status", "seconds"), [(429, 77), (503, 500)])
def test_who_asks_for_time_gets_it(world: World, clock: Traveller, status: int, seconds: int) -> None:
    world.system.refuse = [web.Response(status=status, headers={"Retry-After": str(seconds)})]
    message = sent(world.scan())

    assert message.endpoint.probe_at == NOW + dt.timedelta(seconds=seconds)
    clock.shift(dt.timedelta(seconds=seconds - 1))
    asked = len(world.system.asked)
    delivery.drain_all()
    assert len(world.system.asked) == asked
    clock.shift(dt.timedelta(seconds=2))
    assert sent(message).state == "delivered"


@pytest.mark.parametrize("status", [400, 404, 409, 500])
def test_what_is_refused_is_tried_again(world: World, clock: Traveller, status: int) -> None:
    world.system.refuse = [web.Response(status=status, text="no")]
    message = sent(world.scan())
    assert message.state == "waiting"
    assert world.now.error.startswith(f"It answered {status}.")
    clock.shift(MINUTE)

    assert sent(message).state == "delivered"
    assert len(world.system.requests) == 1


def test_an_answer_that_nobody_can_read_is_no_end_of_the_world(world: World, clock: Traveller) -> None:
    world.system.refuse = [web.Response(text="<html>Sign in</html>", content_type="text/html")]
    message = sent(world.scan())
    assert message.state == "waiting"
    assert world.now.error == "What it answered could not be understood."
    clock.shift(MINUTE)
    assert sent(message).state == "delivered"


def test_a_request_that_is_gone_is_opened_anew(world: World) -> None:
    sent(world.scan())
    world.system.forget(world.system.requests[0].id)

    message = sent(world.write("Is anybody there?"))

    assert message.state == "delivered"
    (opened,) = world.system.requests
    assert any("Is anybody there?" in one for one in opened.said)


def test_an_agent_s_answer_reaches_the_customer_as_the_answer_to_what_was_written(world: World) -> None:
    message = sent(world.write())
    world.hear(world.system.requests[0].id, "We send you a new pair.")

    assert world.answers == ["We send you a new pair."]
    asked = Event.objects.get(pk=message.event_id)
    said = Event.objects.get(type="conduit.message")
    assert [said.cause_id, said.root_id, said.depth] == [asked.pk, asked.root_id, asked.depth + 1]
    entry = Entry.objects.get(author_company=world.conduit.company)
    assert [entry.visibility, entry.kind, entry.in_reply_to] == [
        "shared",
        "answer",
        Entry.objects.get(body="The sole came off."),
    ]
    assert world.now.received_at == NOW


def test_an_answer_is_taken_once_however_often_it_is_told(world: World) -> None:
    sent(world.write())
    request = world.system.requests[0].id
    telling = world.system.reply(request, "Once.")
    for _ in range(2):
        if world.system.TELLS:
            assert in_json(world.tell(telling)) in ({"taken": 1}, {"taken": 0})
        if kinds()[world.system.KIND].CAPABILITIES.polling:
            world.look()

    assert world.answers == ["Once."]
    assert Received.objects.count() == 1


def test_what_was_answered_over_there_is_not_sent_back(world: World) -> None:
    resubscribe(world.connector.endpoint, events=["conduit.message", "journal.entry_added"])
    sent(world.write())
    world.hear(world.system.requests[0].id, "Only once.")
    said = len(world.system.requests[0].said)
    engine.drain()

    echo = sent(Delivery.objects.get(event_type="conduit.message"))

    assert [echo.state, echo.attempts.get().status] == ["delivered", None]
    assert world.answers == ["Only once."]
    assert len(world.system.requests[0].said) == said


def test_what_was_answered_at_the_desk_is_added_there(world: World) -> None:
    resubscribe(world.connector.endpoint, events=["conduit.message", "journal.entry_added"])
    sent(world.write())
    answer(conduit=world.conduit, body="From the desk.")
    engine.drain()

    sent(Delivery.objects.get(event_type="conduit.message"))

    (opened,) = world.system.requests
    assert opened.said[-1].startswith("From the desk.")
    if not world.system.TELLS:
        world.look()
    assert world.answers == ["From the desk."]


def test_our_own_words_that_come_back_are_dropped(world: World) -> None:
    message = sent(world.write())
    request = world.system.requests[0]
    world.hear(request.id, f"The sole came off.\n\n— via Pico Conduit, {message.webhook_id}")

    assert world.answers == []


def test_what_agents_say_among_themselves_stays_there(world: World) -> None:
    sent(world.write())
    world.hear(world.system.requests[0].id, "This one again.", public=False)

    assert world.answers == []


def test_an_answer_through_a_conduit_that_is_shut_does_not_pass(world: World) -> None:
    sent(world.write())
    steering.pause(world.conduit)
    telling = world.system.reply(world.system.requests[0].id, "Hello?")
    if world.system.TELLS:
        assert world.tell(telling).status_code == 409
    else:
        world.look()
    assert (
        world.now.error
        == "An answer from there did not reach the customer. You cannot write now: the conduit is paused."
    )

    assert world.answers == []


def test_a_test_writes_nothing(world: World) -> None:
    message = sent(send_test(world.connector.endpoint))

    assert message.state == "delivered"
    assert world.system.requests == []
    assert not Counterpart.objects.exists()


def test_nothing_is_tried_with_what_cannot_be_read_any_more(world: World) -> None:
    type(world.connector).objects.update(secrets="gone")
    message = sent(world.scan())

    assert message.state == "waiting"
    assert world.now.error == "What you entered for it cannot be read any more: enter it again."
    assert world.system.asked == []


def test_secrets_are_sealed(world: World) -> None:
    hidden = open_sealed(world.connector.secrets)
    for name in world.system.config().keys() - world.connector.config.keys():
        assert str(world.system.config()[name]) in hidden
        assert str(world.system.config()[name]) not in str(world.connector.config)
        assert str(world.system.config()[name]) not in world.connector.secrets
    assert len(world.system.config()) > len(world.connector.config) - 8


@those_that_tell
@each(
    "body",
    [b"", b"{}", b"[]", b"null", b"\xff\xfe", b'{"ticket": 7}', b"[" * 5000, b'{"followup_id": "x", "ticket": []}'],
)
def test_nothing_that_comes_in_breaks_anything(world: World, written: Delivery, body: bytes) -> None:
    _, headers = world.system.told({})
    assert world.post(body, **headers).status_code in {200, 404, 422}
    assert world.answers == []


@those_that_tell
def test_who_cannot_show_where_they_come_from_gets_the_same_404_as_for_nothing(world: World) -> None:
    sent(world.write())
    body, headers = world.system.told(world.system.reply(world.system.requests[0].id, "Not from there."))
    forged = {name: f"{value[:-2]}zz" for name, value in headers.items()}
    wrong = world.post(body, key="wrong", **forged)
    world.connector.pk, known = type(world.connector.pk)(int=7), world.connector.pk
    nothing = world.post(body, **headers)
    world.connector.pk = known

    assert [wrong.status_code, nothing.status_code] == [404, 404]
    assert wrong.content == nothing.content
    assert world.answers == []
