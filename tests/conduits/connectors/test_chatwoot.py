"""What is Chatwoot's own: contacts that are there already, and webhooks without a signature."""

import json

import pytest

from tests.conduits.connectors.a_chatwoot import AChatwoot
from tests.conduits.connectors.world import World, a_world, in_json, sent
from tests.conduits.sink import Sink

pytestmark = pytest.mark.django_db


@pytest.fixture
def chatwoot() -> AChatwoot:
    return AChatwoot()


@pytest.fixture
def world(chatwoot: AChatwoot, sink: Sink) -> World:
    return a_world(chatwoot, sink)


def test_a_contact_with_the_address_is_found_and_gets_a_session_in_our_inbox(world: World, chatwoot: AChatwoot) -> None:
    chatwoot.contacts[7] = {"name": "Ann B.", "email": "ann@customer.example", "inbox_id": 9, "source": "elsewhere"}
    world.grant_contact()

    assert sent(world.write()).state == "delivered"
    assert [chatwoot.requests[0].name, list(chatwoot.contacts)] == ["Ann B.", [7]]


def test_the_owner_s_words_come_in_as_theirs_and_all_else_is_a_private_note(world: World, chatwoot: AChatwoot) -> None:
    sent(world.write())
    sent(world.scan())

    assert [(one["message_type"], one["private"]) for one in chatwoot.messages] == [
        ("incoming", False),
        ("outgoing", True),
    ]


def test_without_a_secret_the_key_in_the_address_shows_it(chatwoot: AChatwoot, sink: Sink) -> None:
    world = a_world(chatwoot, sink, webhook_secret="")
    sent(world.write())
    body = json.dumps(chatwoot.reply(chatwoot.requests[0].id, "Hello.")).encode()

    assert world.post(body, key="wrong").status_code == 404
    assert in_json(world.post(body)) == {"taken": 1}


@pytest.mark.parametrize("change", [{"message_type": "incoming"}, {"event": "message_updated"}, {"inbox": {"id": 6}}])
def test_what_no_agent_wrote_in_our_inbox_is_no_answer(
    world: World, chatwoot: AChatwoot, change: dict[str, object]
) -> None:
    sent(world.write())
    telling = chatwoot.reply(chatwoot.requests[0].id, "Hello.")

    assert in_json(world.tell(telling | change)) == {"taken": 0}


def test_an_old_signature_is_worth_nothing(world: World, chatwoot: AChatwoot) -> None:
    sent(world.write())
    body, headers = chatwoot.told(chatwoot.reply(chatwoot.requests[0].id, "Hello."))
    assert world.post(body, **headers | {"x-chatwoot-timestamp": "1"}).status_code == 404
