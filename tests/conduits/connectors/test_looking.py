"""Looking for answers over there: when, by whom, and what is passed over."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from aiohttp import web
from time_machine import Traveller

from conduits.connectors import looking
from conduits.connectors.setting_up import switch_off
from conduits.models import Connector
from rules.subscriptions import add_subscribed_connector
from tests.conduits.connectors.a_helpdesk import AHelpdesk
from tests.conduits.connectors.a_salesforce import ASalesforce
from tests.conduits.connectors.a_zendesk import AZendesk
from tests.conduits.connectors.documented import Documented, says
from tests.conduits.connectors.world import World, a_world, sent
from tests.conduits.sink import Received, Sink
from tests.factories import a_company

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 21, 16, 40, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Traveller]:
    with time_machine.travel(NOW, tick=False) as travelling:
        yield travelling


@pytest.fixture
def world(sink: Sink) -> World:
    return a_world(AHelpdesk(), sink)


def test_it_looks_every_minute_where_there_is_something_to_look_for(world: World, clock: Traveller) -> None:
    assert [looking.look_due(), looking.look_due()] == [1, 0]
    clock.shift(59 * dt.timedelta(seconds=1))
    assert looking.look_due() == 0
    clock.shift(dt.timedelta(seconds=1))
    assert looking.look_due() == 1
    assert world.system.asked == ["GET /api/followups/"] * 2


def test_who_tells_us_by_itself_is_not_looked_at(sink: Sink) -> None:
    a_world(AZendesk(), sink)
    assert looking.look_due() == 0


@pytest.mark.parametrize("how", ["off", "deleted"])
def test_one_that_is_switched_off_is_not_looked_at(world: World, how: str) -> None:
    if how == "off":
        switch_off(world.connector)
    else:
        type(world.connector.endpoint).objects.update(deleted_at=NOW)
    assert looking.look_due() == 0


def test_a_look_that_another_began_is_left_to_it_until_its_lease_ends(world: World, clock: Traveller) -> None:
    begun = looking._claim()
    assert [one.pk for one in begun] == [world.connector.pk]
    assert looking.look_due() == 0
    clock.shift(looking.LEASE)
    assert looking.look_due() == 1


def test_where_no_helpdesk_answers_what_was_wrong_stays_on_the_desk(world: World) -> None:
    Connector.objects.filter(pk=world.connector.pk).update(error="It answered 404.", error_at=NOW)
    world.system.refuse = [web.Response(status=404)]
    assert looking.look_due() == 1
    world.connector.refresh_from_db()
    assert "404" in world.connector.error
    assert world.connector.worked_at is None


def test_after_a_failure_it_looks_less_and_less_often_and_says_so(world: World, clock: Traveller) -> None:
    waits = []
    for _ in range(6):
        world.system.refuse = [web.Response(status=500)]
        assert looking.look_due() == 1
        waits.append(world.now.poll_at - dt.datetime.now(dt.UTC))  # type: ignore[operator]
        clock.shift(waits[-1])

    assert waits == [MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE, 15 * MINUTE, 15 * MINUTE]
    assert world.now.error == "It answered 500. (GET /api/followups/)"
    assert looking.look_due() == 1
    assert [world.now.error, world.now.poll_failures] == ["", 0]


def test_who_asks_for_time_gets_it(world: World) -> None:
    world.system.refuse = [web.Response(status=429, headers={"Retry-After": "600"})]
    looking.look_due()
    assert world.now.poll_at == NOW + 10 * MINUTE


def test_what_is_no_list_of_answers_is_said(world: World) -> None:
    world.system.refuse = [web.Response(text='{"results": [{"public": true}]}', content_type="application/json")]
    looking.look_due()
    assert world.now.error == "What it answered could not be understood."


def test_credentials_that_cannot_be_read_are_said(world: World) -> None:
    Connector.objects.update(secrets="gone")
    looking.look_due()
    assert world.now.error == "What you entered for it cannot be read any more: enter it again."
    assert world.system.asked == []


@pytest.mark.django_db(transaction=True)
def test_what_one_system_answers_keeps_no_other_from_being_looked_at(world: World, sink: Sink) -> None:
    """A mark of where to go on that no database keeps, from the one that is looked at first."""
    other = a_company()
    config = {"url": sink.url(""), "access_token": "t"}
    broken, _, _ = add_subscribed_connector(company=other, kind="hubspot", config=config)
    Connector.objects.filter(pk=broken.pk).update(poll_at=NOW - MINUTE)

    async def answer(received: Received) -> web.Response:
        if "search" in received.path:
            return says({"results": [], "paging": {"next": {"after": "\0"}}})
        return await world.system(received)

    sink.answer = answer
    assert looking.look_due() == 2

    broken.refresh_from_db()
    assert [broken.error, broken.poll_at] == ["Answers there could not be taken (DataError).", NOW + MINUTE]
    assert [world.now.poll_at, world.now.poll_failures] == [NOW + MINUTE, 0]


@pytest.mark.parametrize("system", [AHelpdesk, ASalesforce])
def test_many_answers_are_all_found_over_several_looks(system: type[Documented], sink: Sink, clock: Traveller) -> None:
    world = a_world(system(), sink)
    sent(world.write())
    request = world.system.requests[0].id
    for number in range(450):
        clock.shift(dt.timedelta(seconds=1))
        world.system.reply(request, f"Answer {number}" if number % 50 == 49 else "Internal.", public=number % 50 == 49)
    if system is ASalesforce:
        Connector.objects.update(cursor={"since": "2026-11-21T16:00:00Z"})

    for _ in range(4):
        world.look()

    assert world.answers == [f"Answer {number}" for number in range(49, 450, 50)]
    assert world.system.wrong == []
