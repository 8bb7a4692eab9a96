"""Who may fetch a photo, and what the access log says of it."""

from typing import Any

import pytest

from conduits import steering
from conduits.models import AccessLine, Conduit
from journals.models import Attachment
from journals.photos import take_photos
from tests.conftest import Api
from tests.factories import a_company, a_conduit, a_person, a_photo
from tests.journals.writing import an_entry

pytestmark = pytest.mark.django_db

ALL = ("scans", "entries", "photos", "private_entries")


def a_photo_of(conduit: Conduit, by: str = "owner", **values: Any) -> str:
    entry = an_entry(conduit, by, photos=take_photos([a_photo()]), **values)
    return f"/attachments/{Attachment.objects.get(entry=entry).pk}"


def status(answer: Any) -> int:
    answer.getvalue()
    code: int = answer.status_code
    return code


@pytest.mark.parametrize(
    ("author", "visibility", "grants", "owner", "company"),
    [
        ("owner", "shared", ("scans", "entries"), 200, 404),
        ("owner", "shared", ("photos",), 200, 404),
        ("owner", "shared", ("entries", "photos"), 200, 200),
        ("owner", "private", ("entries", "photos"), 200, 404),
        ("owner", "private", ALL, 200, 200),
        ("owner", "private", ("entries", "private_entries"), 200, 404),
        ("company", "shared", (), 200, 200),
        ("company", "private", ALL, 404, 200),
    ],
)
def test_who_may_fetch_a_photo(
    author: str, visibility: str, grants: tuple[str, ...], owner: int, company: int, api: Api
) -> None:
    conduit = a_conduit()
    steering.set_grants(conduit, grants)
    photo = a_photo_of(conduit, author, visibility=visibility)
    assert status(api(conduit.owner).get(photo)) == owner
    assert status(api(conduit.company).get(photo)) == company
    for stranger in (a_company(), a_person(), a_conduit().owner):
        assert status(api(stranger).get(photo)) == 404
    assert status(api(None).get(photo)) == 401


@pytest.mark.parametrize("verb", [steering.pause, steering.close])
def test_through_a_shut_conduit_no_photo_passes(verb: Any, api: Api) -> None:
    conduit = a_conduit()
    steering.set_grants(conduit, ALL)
    photo = a_photo_of(conduit)
    verb(conduit)
    assert status(api(conduit.company).get(photo)) == 404
    assert status(api(conduit.owner).get(photo)) == 200


def test_a_journal_lists_an_owner_s_photos_to_the_company_only_if_granted(api: Api) -> None:
    conduit = a_conduit()
    path = f"/picos/{conduit.pico.code}/journal"
    a_photo_of(conduit)
    a_photo_of(conduit, "company")

    def listed() -> dict[str, int]:
        rows = api(conduit.company).get(path).json()["results"]
        return {row["author"]: len(row["attachments"]) for row in rows}

    assert listed() == {"owner": 0, "company": 1}
    steering.set_grants(conduit, ["entries", "photos"])
    assert listed() == {"owner": 1, "company": 1}


def test_each_photo_that_a_company_fetches_or_is_refused_is_a_line_of_the_log(api: Api) -> None:
    conduit = a_conduit()
    photo = a_photo_of(conduit)
    for grants, outcome in ((["entries"], "refused"), (["entries", "photos"], "read")):
        steering.set_grants(conduit, grants)
        status(api(conduit.company).get(photo))
        line = AccessLine.objects.filter(conduit=conduit).order_by("-number")[0]
        assert (line.what, line.outcome) == ("photo", outcome)
    assert AccessLine.objects.filter(conduit=conduit).count() == 2


def test_an_owner_s_own_look_is_no_line_of_the_log(api: Api) -> None:
    conduit = a_conduit()
    status(api(conduit.owner).get(a_photo_of(conduit)))
    assert not AccessLine.objects.exists()
