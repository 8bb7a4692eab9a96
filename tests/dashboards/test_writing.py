"""Writing in a journal from a page: for whom, with photos, and what becomes of a text when something is wrong."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from conduits import steering
from conduits.models import Conduit
from conduits.opening import add_thing_with_journal
from journals.models import Attachment, Entry
from tests.dashboards.markup import Markup
from tests.dashboards.world import an_entry, browser, everything, read
from tests.factories import a_conduit, a_person, a_photo

pytestmark = pytest.mark.django_db

TEXT = "The sole came off.\nBoth of them."


def write(conduit: Conduit, **values: Any) -> Any:
    body = {"body": TEXT, "visibility": "shared"} | values
    return browser(conduit.owner).post(f"/P/{conduit.pico.code}/journal", body)


@pytest.mark.parametrize("visibility", ["private", "shared", "public"])
def test_what_is_written_stands_in_the_journal_for_whom_it_was_meant(visibility: str) -> None:
    conduit = a_conduit()
    answer = write(conduit, visibility=visibility)
    assert (answer.status_code, answer["Location"]) == (302, f"/P/{conduit.pico.code}?stay#live")
    entry = Entry.objects.get()
    assert (entry.body, entry.visibility, entry.author_person) == (TEXT, visibility, conduit.owner)


def test_who_writes_on_the_thing_s_own_page_comes_back_there() -> None:
    conduit = a_conduit()
    assert write(conduit, back="thing")["Location"] == f"/things/{conduit.pico.code}#live"
    assert write(conduit, back="https://evil.example/")["Location"] == f"/P/{conduit.pico.code}?stay#live"


@pytest.mark.parametrize(
    ("visibility", "said"), [("private", "You · just now · only you"), ("shared", "You · just now"), ("public", "")]
)
def test_the_line_is_drawn_beside_what_passes(visibility: str, said: str) -> None:
    conduit = a_conduit()
    write(conduit, visibility=visibility)
    page = read(browser(conduit.owner).get(f"/P/{conduit.pico.code}"))
    (entry,) = page.all("li")
    assert ("class" in entry.attributes) is (visibility != "private")
    by = next(one for one in page.elements if one.parent is entry)
    assert by.text == (said or "You · just now · everybody who has the code")


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"body": "  "}, {"body": ["There is nothing in it yet: write something or add a photo."]}),
        ({"body": "x" * 10_001}, {"body": ["At most 10000 letters fit in; this has 10001."]}),
        ({"body": "a\0b"}, {"body": ["There is a character in it that cannot be kept."]}),
        (
            {"visibility": "everybody"},
            {"visibility": ["Choose one of those that are there."]},
        ),
        ({"visibility": ""}, {"visibility": ["Choose one of those that are there."]}),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field(values: dict[str, str], errors: dict[str, list[str]]) -> None:
    conduit = a_conduit()
    answer = write(conduit, **values)
    assert (answer.status_code, read(answer).errors) == (422, errors)
    assert not Entry.objects.exists()


def no_photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("notes.jpg", b"not a photo at all", content_type="image/jpeg")


def half_a_photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("half.jpg", a_photo(size=(400, 400)).read()[:-300], content_type="image/jpeg")


def a_vector() -> SimpleUploadedFile:
    return SimpleUploadedFile("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")


def too_many_pixels() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("1", (10_000, 5_000)).save(out, "PNG")
    return SimpleUploadedFile("huge.png", out.getvalue())


def too_many_bytes() -> SimpleUploadedFile:
    return SimpleUploadedFile("big.jpg", a_photo().read() + bytes(10 * 1024 * 1024))


def a_hostile_name() -> SimpleUploadedFile:
    return SimpleUploadedFile("<script>alert(1)</script>.jpg", b"")


@pytest.mark.parametrize(
    ("file", "error"),
    [
        (no_photo, "“notes.jpg” is not a photo that we can read. Your text is kept; choose a JPEG, PNG, WebP or GIF."),
        (
            half_a_photo,
            "“half.jpg” is not a photo that we can read. Your text is kept; choose a JPEG, PNG, WebP or GIF.",
        ),
        (a_vector, "“x.svg” is not a photo that we can read. Your text is kept; choose a JPEG, PNG, WebP or GIF."),
        (too_many_pixels, "“huge.png” has more than 40 megapixels. Your text is kept; choose a smaller photo."),
        (too_many_bytes, "“big.jpg” is larger than 10 MB. Your text is kept; choose a smaller photo."),
    ],
)
@pytest.mark.parametrize("back", ["scan", "thing"])
def test_a_wrong_photo_keeps_the_text_and_is_said_beside_the_photos(file: Any, error: str, back: str) -> None:
    conduit = a_conduit()
    answer = write(conduit, visibility="private", photos=[a_photo(), file()], back=back, allow_photos="on")
    page = read(answer)
    assert (answer.status_code, page.errors) == (422, {"photos": [error]})
    assert "".join(page.all("textarea", name="body")[0].words).strip() == TEXT
    assert [one.attributes["value"] for one in page.all("option", selected="")] == ["private"]
    assert page.all("input", name="back")[0].attributes["value"] == back
    assert not Entry.objects.exists()
    assert "photos" not in Conduit.objects.get().grants


def test_an_empty_file_is_no_photo_and_its_name_is_no_markup() -> None:
    answer = write(a_conduit(), photos=[a_hostile_name()])
    assert answer.status_code == 422
    assert "<script>alert" not in answer.content.decode()
    assert list(read(answer).errors) == ["photos"]


@pytest.mark.parametrize("number", [7, 25])
def test_too_many_photos_keep_the_text(number: int) -> None:
    answer = write(a_conduit(), photos=[a_photo() for _ in range(number)])
    page = read(answer)
    assert (answer.status_code, list(page.errors)) == (422, ["photos"])
    assert page.all("textarea", name="body")[0].text == "The sole came off. Both of them."


def test_a_photo_needs_no_words() -> None:
    conduit = a_conduit()
    assert write(conduit, body="", photos=[a_photo()]).status_code == 302
    assert (Entry.objects.get().body, Attachment.objects.count()) == ("", 1)


def test_photos_pass_only_when_the_owner_ticks_that_they_may() -> None:
    conduit = a_conduit()
    write(conduit, photos=[a_photo()])
    assert Conduit.objects.get().grants == ["scans", "entries", "notes"]
    write(conduit, photos=[a_photo()], allow_photos="on")
    assert Conduit.objects.get().grants == ["scans", "entries", "notes", "photos"]
    page = read(browser(conduit.owner).get(f"/P/{conduit.pico.code}"))
    assert not page.all("input", name="allow_photos")


def test_a_text_that_is_refused_lets_nobody_see_photos() -> None:
    conduit = a_conduit()
    assert write(conduit, body="x" * 10_001, allow_photos="on").status_code == 422
    assert "photos" not in Conduit.objects.get().grants


def test_words_in_the_photos_field_are_no_photo() -> None:
    conduit = a_conduit()
    assert write(conduit, photos="not a file").status_code == 302
    assert not Attachment.objects.exists()


def test_a_thing_without_a_maker_is_written_about_for_its_owner_alone() -> None:
    person = a_person()
    pico = add_thing_with_journal(person=person, name="A chair")
    client = browser(person)
    page = read(client.get(f"/P/{pico.code}"))
    assert page.all("input", name="visibility")[0].attributes == {
        "type": "hidden",
        "name": "visibility",
        "value": "private",
    }
    client.post(f"/P/{pico.code}/journal", {"body": TEXT, "visibility": "private"})
    assert Entry.objects.get().visibility == "private"


def form_of(conduit: Conduit) -> Any:
    return read(browser(conduit.owner).get(f"/things/{conduit.pico.code}"))


def readers(page: Markup) -> list[str]:
    options = page.all("option")
    return [one.text for one in options if one.parent and one.parent.attributes.get("id") == "id_visibility"]


def test_the_form_says_who_will_read_it() -> None:
    page = form_of(a_conduit())
    assert [one.text for one in page.all("label", for_="id_body")] == ["Tell LAMO Footwear how it is going"]
    assert readers(page) == ["you and LAMO Footwear", "only you", "everybody who scans it"]
    assert len(page.all("form", class_="write", enctype="multipart/form-data")) == 1


def test_while_the_conduit_is_paused_the_form_says_that_it_waits() -> None:
    conduit = a_conduit()
    steering.pause(conduit)
    page = form_of(conduit)
    assert "Paused: what you write for LAMO Footwear waits until you resume." in page.all("main")[0].text
    assert not page.all("form", class_="write", enctype="multipart/form-data")


def test_once_the_conduit_is_closed_the_form_promises_no_reader() -> None:
    conduit = a_conduit()
    an_entry(conduit)
    steering.close(conduit)
    page = form_of(conduit)
    assert [one.text for one in page.all("label", for_="id_body")] == ["Write in its journal"]
    assert readers(page) == []
    assert "Tell LAMO" not in page.all("main")[0].text


def test_a_lost_thing_is_written_about_as_before() -> None:
    conduit = a_conduit()
    client = browser(conduit.owner)
    client.post(f"/P/{conduit.pico.code}/lost", {"message": "On the bus."})
    assert write(conduit).status_code == 302


def test_earlier_entries_are_a_page_away() -> None:
    conduit = a_conduit()
    for number in range(32):
        an_entry(conduit, f"Entry {number}.")
    client = browser(conduit.owner)
    first = read(client.get(f"/things/{conduit.pico.code}"))
    assert len([one for one in first.all("li") if "Entry" in one.text]) == 30
    (older,) = [one.attributes["href"] for one in first.all("a") if one.text == "Earlier entries"]
    second = read(client.get(f"/things/{conduit.pico.code}{older}"))
    assert [one.text.split()[-1] for one in second.all("li") if "Entry" in one.text] == ["1.", "0."]
    assert not [one for one in second.all("a") if one.text == "Earlier entries"]


@pytest.mark.parametrize("before", ["", "x", "0", "../..", "01a2003a-f905-7606-b046-77084bc8746c\0", "1e400"])
def test_a_wrong_place_to_begin_begins_at_the_newest(before: str) -> None:
    conduit = a_conduit()
    an_entry(conduit)
    client = browser(conduit.owner)
    journal = everything()["journals.entry"]
    answer = client.get(f"/things/{conduit.pico.code}", {"before": before})
    assert "The sole came off." in answer.content.decode()
    assert everything()["journals.entry"] == journal
