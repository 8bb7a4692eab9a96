"""Links for others on the pages: making one, what it opens, ending it."""

import re
from collections.abc import Callable

import pytest

from dashboards.by_link import _READ_ONLY
from journals.models import Entry
from picos.models import Channel
from tests.dashboards.world import World, a_world, browser, read

pytestmark = pytest.mark.django_db

FORM = {"name": "Neighbour", "scope": ["entries"], "visibility": "private", "expires_in_days": "7", "uses": ""}


@pytest.fixture(scope="module")
def make_world() -> Callable[[], World]:
    return a_world


def test_an_owner_makes_a_link_that_is_shown_once_and_ends_it(world: World) -> None:
    owner, thing = world.browser("owner"), f"/things/{world.pico.code}"
    made = owner.post(f"{thing}/channels", FORM)
    channel = Channel.objects.get(name="Neighbour")
    link = re.search(r"/channels/[\w-]{32}", made.content.decode())

    assert made.status_code == 200
    assert link
    assert (channel.scope, channel.most_uses, channel.visibility) == (["entries"], None, "private")
    assert link[0] not in owner.get(thing).content.decode()
    assert browser().get(link[0]).status_code == 200
    ended = owner.post(f"{thing}/channels/{channel.pk}/revoke", follow=True)
    assert "The link for “Neighbour” leads nowhere from now on." in ended.content.decode()
    assert "Opened 1 time, wrote 0 entries" in ended.content.decode()
    assert read(browser().get(link[0])).heading == "This link leads nowhere, or no longer"


@pytest.mark.parametrize("wrong", [{"scope": []}, {"name": ""}, {"expires_in_days": "400"}, {"uses": "0"}])
def test_what_is_wrong_is_said_beside_its_field(world: World, wrong: dict[str, object]) -> None:
    answer = world.browser("owner").post(f"/things/{world.pico.code}/channels", FORM | wrong)
    assert answer.status_code == 422
    assert len(read(answer).errors) == 1
    assert Channel.objects.count() == 1


def test_the_link_s_page_takes_an_entry_that_the_owner_reads_under_its_name(world: World) -> None:
    path = f"/channels/{world.channel_token}"
    page = read(browser().get(path))
    assert page.heading == "Moccasin"
    answer = browser().post(path, {"body": "A new sole."}, follow=True)
    assert "A new sole." in answer.content.decode()
    assert "Its owner has it." in answer.content.decode()
    assert "Its owner has it." not in browser().get(path).content.decode()
    assert "Repair shop</b>, by link" in world.browser("owner").get(f"/things/{world.pico.code}").content.decode()
    desk = world.browser("agent").get(f"/desk/{world.company.slug}/conduits/{world.conduit.pk}").content.decode()
    assert "A new sole." not in desk


def test_the_last_use_is_confirmed_on_the_page_that_takes_it(world: World) -> None:
    Channel.objects.update(most_uses=1)
    path = f"/channels/{world.channel_token}"
    answer = browser().post(path, {"body": "A new sole."})
    assert answer.status_code == 200
    assert "This link is used up now." in answer.content.decode()
    assert browser().get(path).status_code == 404


def test_what_is_written_by_a_link_for_reading_is_refused(world: World) -> None:
    Channel.objects.update(scope=["page"])
    answer = browser().post(f"/channels/{world.channel_token}", {"body": "A new sole."})
    assert (answer.status_code, _READ_ONLY in answer.content.decode()) == (403, True)
    assert not Entry.objects.exclude(channel=None).exists()


def test_another_s_link_is_not_there_to_be_ended(world: World) -> None:
    path = f"/things/{world.pico.code}/channels/{world.channel.pk}/revoke"
    assert world.browser("stranger").post(path).status_code == 404
    assert Channel.objects.get().revoked_at is None
