"""What is Zendesk's own: closed tickets, and who writes."""

import pytest

from tests.conduits.connectors.a_zendesk import AZendesk
from tests.conduits.connectors.world import World, a_world, in_json, sent
from tests.conduits.sink import Sink

pytestmark = pytest.mark.django_db


@pytest.fixture
def zendesk() -> AZendesk:
    return AZendesk()


@pytest.fixture
def world(zendesk: AZendesk, sink: Sink) -> World:
    return a_world(zendesk, sink)


def test_nothing_is_added_to_a_closed_ticket_but_another_is_opened(world: World, zendesk: AZendesk) -> None:
    sent(world.scan())
    (ticket,) = zendesk.tickets.values()
    ticket["status"] = "closed"

    assert sent(world.write("Again.")).state == "delivered"

    assert len(zendesk.tickets) == 2
    assert zendesk.requests[1].said[0].startswith("Again.")


def test_the_owner_s_own_words_are_public_theirs_and_open_the_ticket_again(world: World, zendesk: AZendesk) -> None:
    sent(world.scan())
    sent(world.write("Again."))

    scanned, said = zendesk.comments
    (user,) = zendesk.users
    assert [scanned["public"], "author_id" in scanned] == [False, False]
    assert [said["public"], said["author_id"]] == [True, user]


def test_a_requester_s_own_comment_is_no_answer_of_the_company(world: World, zendesk: AZendesk) -> None:
    sent(world.write())
    telling = zendesk.reply(zendesk.requests[0].id, "It is me.")
    telling["event"]["comment"]["author"]["is_staff"] = False

    assert in_json(world.tell(telling)) == {"taken": 0}


def test_events_of_other_types_are_no_answers(world: World, zendesk: AZendesk) -> None:
    assert in_json(world.tell({"type": "zen:event-type:ticket.status_changed"})) == {"taken": 0}


@pytest.mark.parametrize("wrong", ["4\0", "\ud800"])
@pytest.mark.parametrize("where", ["request", "comment"])
def test_an_id_that_cannot_be_kept_is_not_understood(world: World, zendesk: AZendesk, where: str, wrong: str) -> None:
    sent(world.write())
    telling = zendesk.reply(zendesk.requests[0].id, "It comes back.")
    (telling["detail"] if where == "request" else telling["event"]["comment"])["id"] = wrong

    answer = world.tell(telling)

    assert [answer.status_code, in_json(answer)["errors"]] == [422, {"body": ["It could not be understood."]}]
    assert world.answers == []
