"""Who may pass which door to journals and photos."""

from typing import Any

import pytest

from conduits import steering
from conduits.models import Conduit
from journals.models import Attachment
from journals.photos import take_photos
from tests.conduits import doors
from tests.conduits.doors import Door
from tests.conftest import Api
from tests.factories import a_company, a_conduit, a_person, a_photo
from tests.journals.writing import an_entry

pytestmark = pytest.mark.django_db

BOTH = ("company", "person")


def of_journal(conduit: Any) -> str:
    return f"/picos/{conduit.pico.code if isinstance(conduit, Conduit) else conduit}/journal"


OF_JOURNALS = [
    Door("get", "journal", BOTH, 200, of_journal),
    Door("post", "journal", BOTH, 201, of_journal, {"body": "Hello", "visibility": "shared"}),
]
OF_PHOTOS = Door("get", "journal", BOTH, 200, lambda photo: f"/attachments/{getattr(photo, 'pk', photo)}")


@pytest.mark.parametrize("door", OF_JOURNALS, ids=str)
def test_a_door_to_a_journal_is_open_to_its_two_sides_alone(door: Door) -> None:
    conduit = a_conduit()
    an_entry(conduit, photos=take_photos([a_photo()]))
    for end in (conduit.owner, conduit.company):
        doors.assert_refuses_everybody_else(door, conduit, end)
        doors.assert_refuses_other_tenants(door, conduit, end)
        doors.assert_admits(door, conduit, end)


def test_a_door_to_a_shared_photo_is_open_to_its_two_sides_alone() -> None:
    conduit = a_conduit()
    steering.set_grants(conduit, ["entries", "photos"])
    an_entry(conduit, photos=take_photos([a_photo()]))
    photo, door = Attachment.objects.get(), OF_PHOTOS
    for end in (conduit.owner, conduit.company):
        doors.assert_refuses_everybody_else(door, photo, end)
        doors.assert_refuses_other_tenants(door, photo, end)
        doors.assert_admits(door, photo, end)


def test_somebody_else_s_photo_is_to_the_byte_what_there_is_not(api: Api) -> None:
    an_entry(a_conduit(), photos=take_photos([a_photo()]))
    theirs = Attachment.objects.get().pk
    for asker in (a_company(), a_person()):
        answers = [api(asker).get(f"/attachments/{pk}") for pk in (theirs, "01a20039-9d91-730f-a1f5-ea83e5b7582b")]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content
