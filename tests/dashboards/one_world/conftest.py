"""One world for all tests of a file here: they open many pages as everybody, and building it takes longer than a page."""

import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from parties.keys import create_key
from picos.events import Draft, record_events
from rules.engine.draining import drain
from rules.models import Question
from tests.dashboards.world import World, a_world, an_entry
from tests.factories import a_rule

MODEM = {"field": "pico.product.sku", "op": "is", "value": "CM-3000"}


def a_full_world() -> World:
    """With something in every list."""
    world = a_world()
    an_entry(world.conduit, "Only mine.", "private")
    an_entry(world.conduit, "For everybody.", "public")
    eta = {"eta": "2030-01-01T12:00:00Z"}
    an_entry(world.conduit, "We look into it.", author=world.company, agent=world.people["agent"], data=eta)
    an_entry(world.conduit, "Not for the customer.", "private", author=world.company)
    an_entry(world.conduit, "When will that be?")
    a_rule(world.company, name="Modems", **{"if": {"all": [MODEM]}})
    create_key(party=world.company, name="The CRM")
    create_key(party=world.people["owner"], name="A script")
    ask_both_sides(world)
    drain()
    world.questions.update({"owner" if one.person_id else "company": one for one in Question.objects.all()})
    for actor in world.people:
        world.browser(actor)
    return world


def ask_both_sides(world: World) -> None:
    """A rule of the company's, which is about to act."""
    asks = {"do": "ask", "question": "Shall we mend it?", "choices": ["Yes", "No"], "within": "P9D"}
    when = {"event": "rule.raised", "where": {"name": "asks"}}
    for side in ("owner", "company"):
        a_rule(world.company, name="Ask", when=when, then=[asks | {"of": side}])
    data = {"author": "company", "visibility": "shared", "name": "asks", "rule": "Raise", "data": {}}
    record_events([Draft("rule.raised", pico=world.pico, data=data)])


@pytest.fixture(scope="module")
def _media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("media")


@pytest.fixture(scope="module")
def make_world() -> Callable[[], Any]:
    """What makes the file's world; a file may have its own."""
    return a_full_world


@pytest.fixture(scope="module", autouse=True)
def _kept(make_world: Callable[[], Any], _media: Path, one_transaction: None) -> Iterator[bytes]:
    """Pickled, for to unpickle is several times as fast as to copy."""
    with override_settings(MEDIA_ROOT=_media):
        yield pickle.dumps(make_world())


@pytest.fixture(autouse=True)
def media(_media: Path) -> Path:
    """The media folder with the world's photos."""
    return _media


@pytest.fixture
def world(_kept: bytes) -> Any:
    """The world as it was made, whatever other tests did to it."""
    return pickle.loads(_kept)
