"""State values on the pages: in plain words to the owner, beside the conversation at the desk."""

from typing import Any

import pytest

from conduits import steering
from conduits.models.conduit import Grant
from dashboards.templatetags.words import plain
from picos.states import set_state
from tests.dashboards.markup import Markup
from tests.dashboards.world import World, a_world, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    made = a_world()
    set_state(pico=made.pico, party=made.company, key="warranty_until", value="2027-03-01")
    set_state(pico=made.pico, party=made.people["owner"], key="waterproof", value=True)
    return made


def facts(page: Markup) -> dict[str, str]:
    return dict(zip([one.text for one in page.all("dt")], [one.text for one in page.all("dd")], strict=True))


def test_the_owner_reads_both_sides_values_in_words(world: World) -> None:
    answer = world.browser("owner").get(f"/things/{world.pico.code}")
    assert facts(read(answer)) == {"warranty until": "2027-03-01 · just now", "waterproof": "yes · just now"}
    assert "LAMO Footwear says" in answer.content.decode()
    assert "You say" in answer.content.decode()


def test_the_desk_shows_its_own_values_and_the_owner_s_as_granted(world: World) -> None:
    path = f"/desk/{world.company.slug}/conduits/{world.conduit.pk}"

    def seen() -> dict[str, str]:
        told = facts(read(world.browser("agent").get(path)))
        return {key: told[key] for key in ("warranty_until", "waterproof") if key in told}

    assert seen() == {"warranty_until": "2027-03-01"}
    steering.set_grants(world.conduit, [Grant.STATE])
    assert seen() == {"warranty_until": "2027-03-01", "waterproof": "yes"}
    steering.pause(world.conduit)
    assert seen() == {"warranty_until": "2027-03-01"}


def test_a_stranger_sees_none(world: World) -> None:
    assert "2027-03-01" not in world.browser("anonymous").get(f"/P/{world.pico.code}").content.decode()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, "yes"),
        (3.5, "3.5"),
        ("<b>", "<b>"),
        (["red", 2, False], "red, 2, no"),
        ({"shoe_size": 42, "colour": None}, "shoe size: 42, colour: nothing"),
        ([], "nothing"),
    ],
)
def test_a_value_reads_as_a_person_would_write_it(value: Any, words: str) -> None:
    assert plain(value) == words
