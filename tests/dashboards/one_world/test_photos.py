"""Who may see which photo, and as what it comes."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage

from conduits import steering
from conduits.models import Conduit
from conduits.models.conduit import DEFAULT_GRANTS, Grant
from journals.models import Attachment
from journals.photos import make_thumbnail, take_photos
from tests.dashboards.world import ACTORS, World, a_world, an_entry
from tests.factories import a_photo

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def make_world() -> Callable[[], World]:
    return a_world


NOBODY: set[str] = set()
OWNER = {"owner"}
MEMBERS = {"viewer", "agent", "admin"}
EVERYBODY = set(ACTORS)
ALL = [grant.value for grant in Grant]
WITH_PHOTOS = [*DEFAULT_GRANTS, Grant.PHOTOS]


def a_photo_in(world: World, visibility: str, *, by_company: bool = False) -> Attachment:
    author = {"author": world.company} if by_company else {}
    entry = an_entry(world.conduit, "", visibility, photos=take_photos([a_photo()]), **author)
    photo: Attachment = entry.attachments.get()
    return photo


def who_sees(world: World, photo: Attachment) -> set[str]:
    def seen() -> Iterator[str]:
        for actor in ACTORS:
            answers = [world.browser(actor).get(f"/photos/{photo.pk}{end}") for end in ("", "/small")]
            for answer in answers:
                answer.getvalue()
            (status,) = {answer.status_code for answer in answers}
            assert status in {200, 404}
            if status == 200:
                yield actor

    return set(seen())


@pytest.mark.parametrize(
    ("visibility", "grants", "sees"),
    [
        ("private", WITH_PHOTOS, OWNER),
        ("private", ALL, OWNER | MEMBERS),
        ("shared", list(DEFAULT_GRANTS), OWNER),
        ("shared", WITH_PHOTOS, OWNER | MEMBERS),
        ("shared", [Grant.PHOTOS], OWNER),
        ("public", [], EVERYBODY),
    ],
)
def test_an_owner_s_photo_is_seen_by_whom_it_is_for(
    visibility: str, grants: list[Grant], sees: set[str], world: World
) -> None:
    photo = a_photo_in(world, visibility)
    steering.set_grants(world.conduit, grants)
    assert who_sees(world, photo) == sees


@pytest.mark.parametrize(("visibility", "sees"), [("shared", OWNER | MEMBERS), ("private", MEMBERS)])
def test_a_company_s_photo_is_seen_by_whom_it_is_for(visibility: str, sees: set[str], world: World) -> None:
    photo = a_photo_in(world, visibility, by_company=True)
    steering.set_grants(world.conduit, [])
    assert who_sees(world, photo) == sees


@pytest.mark.parametrize("end", [steering.pause, steering.close])
def test_through_a_conduit_that_is_not_open_no_photo_passes(end: object, world: World) -> None:
    photo = a_photo_in(world, "shared")
    end(world.conduit)  # type: ignore[operator]
    assert who_sees(world, photo) == OWNER


def test_a_photo_comes_as_a_jpeg_for_this_browser_alone(world: World) -> None:
    answer = world.browser("owner").get(f"/photos/{world.photo.pk}")
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, max-age=86400"
    assert answer.getvalue()[:3] == b"\xff\xd8\xff"


def test_the_small_one_is_the_photo_until_a_worker_has_made_it(world: World) -> None:
    entry = an_entry(world.conduit, "", photos=take_photos([a_photo(size=(900, 600))]))
    photo = entry.attachments.get()
    owner = world.browser("owner")
    whole = owner.get(f"/photos/{photo.pk}").getvalue()
    assert owner.get(f"/photos/{photo.pk}/small").getvalue() == whole
    make_thumbnail(photo)
    small = owner.get(f"/photos/{photo.pk}/small").getvalue()
    assert small[:3] == b"\xff\xd8\xff"
    assert len(small) < len(whole)
    assert owner.get(f"/photos/{photo.pk}").getvalue() == whole


def test_a_photo_that_is_not_there_is_like_one_that_is_another_s(world: World) -> None:
    stranger = world.browser("stranger")
    pages = {stranger.get(f"/photos/{photo}").content for photo in (world.photo.pk, uuid4())}
    assert len(pages) == 1


def test_pages_show_only_photos_that_can_be_opened(world: World) -> None:
    steering.set_grants(world.conduit, DEFAULT_GRANTS)
    conversation = f"/desk/{world.company.slug}/conduits/{world.conduit.pk}"
    shut = world.browser("agent").get(conversation).content.decode()
    assert "1 photo that the owner keeps to themself." in shut
    assert "/photos/" not in shut
    steering.set_grants(world.conduit, WITH_PHOTOS)
    page = world.browser("agent").get(conversation).content.decode()
    assert f"/photos/{world.photo.pk}/small" in page
    assert Conduit.objects.get(pk=world.conduit.pk).grants == [grant.value for grant in WITH_PHOTOS]


def test_a_photo_s_file_bears_nobody_s_name(world: World) -> None:
    assert world.photo.name == f"photos/{world.conduit.journal_id}/{world.photo.pk}.jpg"
    assert default_storage.exists(world.photo.name)
