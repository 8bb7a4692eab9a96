"""What is HubSpot's own: the property for our ids, the timeline, and notes that are marked for the customer."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from conduits import steering
from conduits.delivery.endpoints import send_test
from conduits.models import Delivery
from rules.engine import draining as engine
from rules.subscriptions import resubscribe
from tests.conduits.connectors.a_hubspot import AHubSpot
from tests.conduits.connectors.world import World, a_world, sent
from tests.conduits.sink import Sink

pytestmark = pytest.mark.django_db


@pytest.fixture
def hubspot() -> AHubSpot:
    return AHubSpot()


@pytest.fixture
def world(hubspot: AHubSpot, sink: Sink) -> Iterator[World]:
    made = a_world(hubspot, sink)
    yield made
    assert hubspot.wrong == []


def test_a_test_asks_for_the_property_of_each_kind_of_object(world: World, hubspot: AHubSpot) -> None:
    sent(send_test(world.connector.endpoint))
    assert hubspot.asked == [
        f"GET /crm/v3/properties/{name}/pico_conduit_id" for name in ("contacts", "tickets", "notes")
    ]


def test_news_go_to_the_contact_s_timeline_and_open_nothing(world: World, hubspot: AHubSpot) -> None:
    resubscribe(world.connector.endpoint, events=["conduit.paused"])
    steering.pause(world.conduit)
    engine.drain()
    sent(Delivery.objects.get(event_type="conduit.paused"))

    assert hubspot.requests == []
    (note,) = hubspot.objects["notes"].values()
    ((objects, _, others, contact),) = hubspot.associations
    assert [objects, others] == ["notes", "contacts"]
    assert hubspot.objects["contacts"][contact]["firstname"] == "Owner of"
    assert "via Pico Conduit" in note["hs_note_body"]


def test_a_customer_is_one_contact_by_their_address(world: World, hubspot: AHubSpot) -> None:
    hubspot.objects["contacts"][7] = {"email": "ann@customer.example", "firstname": "A.", "lastname": ""}
    world.grant_contact()
    sent(world.write())

    assert list(hubspot.objects["contacts"]) == [7]


def test_markup_of_a_note_becomes_text_over_several_pages_of_a_search(world: World, hubspot: AHubSpot) -> None:
    sent(world.write("One <b>bold</b> word & more."))
    request = hubspot.requests[0]
    assert request.said[0].startswith("One <b>bold</b> word & more.")
    for text in ("First line.\nSecond & last.", "Internal.", "Another."):
        hubspot.reply(request.id, text, public=text != "Internal.")
    world.look()
    world.look()

    assert world.answers == ["First line.\n\nSecond & last.", "Another."]


def test_a_contact_that_was_deleted_over_there_is_made_anew_with_the_next_try(world: World, hubspot: AHubSpot) -> None:
    """Else nothing about this customer would arrive any more."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sent(world.write())
        (old,) = hubspot.objects["contacts"]
        del hubspot.objects["contacts"][old]
        hubspot.associations = {one for one in hubspot.associations if one[2:] != ("contacts", old)}

        said = world.write("Again.")
        assert [sent(said).state, world.now.error.partition(" (")[0]] == ["waiting", "It answered 404."]
        clock.shift(timedelta(seconds=10))
        assert [sent(said).state, world.now.error] == ["delivered", ""]

    (new,) = hubspot.objects["contacts"]
    assert new != old
    assert [one.said[1].startswith("Again.") for one in hubspot.requests] == [True]
