"""What is Salesforce's own: sessions that end, updates without a body, closed cases, comments with a limit."""

import pytest

from conduits.models import Attempt, Connector
from parties.vault import open_sealed
from tests.conduits.connectors.a_salesforce import ASalesforce
from tests.conduits.connectors.documented import says
from tests.conduits.connectors.world import World, a_world, sent
from tests.conduits.sink import Sink

pytestmark = pytest.mark.django_db


@pytest.fixture
def salesforce() -> ASalesforce:
    return ASalesforce()


@pytest.fixture
def world(salesforce: ASalesforce, sink: Sink) -> World:
    return a_world(salesforce, sink)


def test_a_token_is_kept_sealed_and_used_again(world: World, salesforce: ASalesforce) -> None:
    sent(world.scan())
    sent(world.write())

    assert salesforce.tokens == ["token-0"]
    connector = Connector.objects.get()
    assert open_sealed(connector.session) == "token-0"
    assert "token-0" not in connector.session
    assert not [one for one in Attempt.objects.all() if "token-0" in one.answer]


def test_a_session_that_ended_is_begun_anew_within_the_same_attempt(world: World, salesforce: ASalesforce) -> None:
    sent(world.scan())
    salesforce.tokens.append("of somebody else")

    message = sent(world.write())

    assert [message.state, message.attempt_count] == ["delivered", 1]
    assert salesforce.tokens == ["token-0", "of somebody else", "token-2"]


def test_an_app_that_is_not_let_in_asks_for_a_token_once(world: World, salesforce: ASalesforce) -> None:
    salesforce.refuse = [says({"error": "invalid_client", "error_description": "invalid client credentials"}, 401)]
    message = sent(world.scan())

    assert message.state == "waiting"
    assert salesforce.asked == ["POST /services/oauth2/token"]
    assert world.now.error.startswith("It does not let us in (401)")


def test_an_update_that_is_answered_without_a_body_is_one_too(world: World, salesforce: ASalesforce) -> None:
    salesforce.answers_updates = False
    sent(world.scan())
    world.connector.counterparts.all().delete()

    assert sent(world.write()).state == "delivered"
    assert len(salesforce.rows["Contact"]) == 1


def test_a_customer_who_is_known_by_their_address_is_used_as_they_are(world: World, salesforce: ASalesforce) -> None:
    salesforce.rows["Contact"]["003known"] = {
        "LastName": "Known",
        "Email": "ann@customer.example",
        "Pico_Conduit_Id__c": None,
    }
    world.grant_contact()
    sent(world.write())

    assert [salesforce.requests[0].name, len(salesforce.rows["Contact"])] == ["Known", 1]


def test_a_closed_case_stays_closed_and_another_is_opened(world: World, salesforce: ASalesforce) -> None:
    sent(world.scan())
    (case,) = salesforce.rows["Case"].values()
    case["IsClosed"] = True

    sent(world.write("Again."))

    assert [one.said[0][:6] for one in salesforce.requests] == ["The co", "Again."]


def test_what_is_too_long_for_a_comment_is_cut_and_keeps_our_mark(world: World, salesforce: ASalesforce) -> None:
    sent(world.scan())
    message = sent(world.write("ß" * 3000))

    said = salesforce.requests[0].said[-1]
    assert message.state == "delivered"
    assert said.endswith(f"…\n\n— via Pico Conduit, {message.webhook_id}")
    assert len(said.encode()) in {3999, 4000}
