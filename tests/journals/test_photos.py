"""Photos: re-encoded upright, without where and when, and nothing that is no photo gets in."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from PIL import Image

from conduits.models import Conduit
from journals.models import Attachment, Entry
from journals.photos import KEPT_SIDE, THUMBNAIL_SIDE, take_photos
from journals.tasks import make_thumbnails
from parties.errors import RefusedError
from picos import bell
from tests.conftest import Api
from tests.factories import a_conduit, a_photo
from tests.journals.writing import an_entry
from tests.pictures import SECRET, XMP, a_png_of, a_png_with_words, an_image, encoded, where_and_when


def clean(data: bytes, name: str = "sole.jpg") -> Image.Image:
    (taken,) = take_photos([SimpleUploadedFile(name, data)])
    assert SECRET not in taken
    image = Image.open(io.BytesIO(taken))
    image.load()
    assert (image.format, image.mode) == ("JPEG", "RGB")
    assert dict(image.getexif()) == {}
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    return image


def refusal(data: bytes, name: str = "sole.jpg") -> str:
    with pytest.raises(RefusedError) as refused:
        take_photos([SimpleUploadedFile(name, data)])
    assert refused.value.field == "attachments"
    return str(refused.value)


@pytest.mark.parametrize(
    "data",
    [
        encoded(an_image(), "JPEG", exif=where_and_when(), comment=SECRET, xmp=XMP, icc_profile=SECRET * 20),
        encoded(an_image("P"), "GIF", comment=SECRET),
        encoded(an_image(), "WEBP", exif=where_and_when(), xmp=XMP),
        a_png_with_words(),
        encoded(an_image(), "JPEG") + SECRET,
    ],
    ids=["jpeg", "gif", "webp", "png", "something behind the end"],
)
def test_where_and_when_a_photo_was_made_is_not_kept(data: bytes) -> None:
    assert SECRET in data
    clean(data)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_turned_upright(orientation: int) -> None:
    """One corner is red; as the camera meant it, it is the upper left one of a lying picture."""
    meant = an_image("RGB", (60, 40), "white")
    meant.paste("red", (0, 0, 20, 20))
    transpose = Image.Transpose
    stored = {
        1: lambda image: image,
        2: lambda image: image.transpose(transpose.FLIP_LEFT_RIGHT),
        3: lambda image: image.transpose(transpose.ROTATE_180),
        4: lambda image: image.transpose(transpose.FLIP_TOP_BOTTOM),
        5: lambda image: image.transpose(transpose.TRANSPOSE),
        6: lambda image: image.transpose(transpose.ROTATE_90),
        7: lambda image: image.transpose(transpose.TRANSVERSE),
        8: lambda image: image.transpose(transpose.ROTATE_270),
    }[orientation](meant)
    image = clean(encoded(stored, "JPEG", exif=where_and_when(orientation), quality=95))
    assert image.size == (60, 40)
    assert is_about(image, (5, 5), (255, 0, 0))
    assert is_about(image, (50, 30), (255, 255, 255))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "MPO"])
def test_photos_of_other_kinds_are_turned_upright_too(kind: str) -> None:
    lying = an_image("RGB", (60, 40), "white")
    lying.paste("red", (0, 0, 20, 20))
    image = clean(encoded(lying, kind, exif=where_and_when(6)))
    assert image.size == (40, 60)
    assert is_about(image, (35, 5), (255, 0, 0))


def test_a_turn_that_a_png_tells_behind_its_pixels_counts() -> None:
    data = encoded(an_image("RGB", (60, 40), "white"), "PNG", exif=where_and_when(6))
    start = data.index(b"eXIf") - 4
    end = start + 12 + int.from_bytes(data[start : start + 4])
    assert clean(data[:start] + data[end:-12] + data[start:end] + data[-12:]).size == (40, 60)


def is_about(image: Image.Image, place: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    seen: Any = image.getpixel(place)
    return all(abs(one - other) < 30 for one, other in zip(seen, colour, strict=True))


def test_a_large_photo_is_kept_smaller_and_in_proportion() -> None:
    assert clean(encoded(an_image("RGB", (4000, 1000)), "JPEG")).size == (KEPT_SIDE, 640)
    assert clean(encoded(an_image("RGB", (100, 50)), "JPEG")).size == (100, 50)


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_a_jpeg_of_other_colours_is_taken(mode: str) -> None:
    clean(encoded(an_image(mode), "JPEG"))


@pytest.mark.parametrize("mode", ["1", "L", "P", "I;16", "RGB"])
def test_a_png_of_other_colours_is_taken(mode: str) -> None:
    clean(encoded(an_image(mode), "PNG"))


def test_grey_of_16_bits_keeps_its_shade() -> None:
    assert is_about(clean(encoded(an_image("I;16", colour=100 * 256), "PNG")), (5, 5), (100, 100, 100))


@pytest.mark.parametrize("mode", ["1", "P"])
def test_of_few_colours_no_pixel_is_left_out_when_it_is_made_smaller(mode: str) -> None:
    """Stripes of one pixel become grey."""
    stripes = an_image("RGB", (2 * KEPT_SIDE, 8), "white")
    for x in range(0, stripes.width, 2):
        stripes.paste("black", (x, 0, x + 1, 8))
    data = encoded(stripes.convert(mode), "PNG")
    assert is_about(clean(data), (KEPT_SIDE // 2, 2), (128, 128, 128))


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGBA"), ("PNG", "LA"), ("WEBP", "RGBA"), ("GIF", "RGBA")])
def test_what_is_transparent_becomes_white(kind: str, mode: str) -> None:
    image = clean(encoded(an_image(mode), kind))
    assert is_about(image, (5, 5), (255, 255, 255))


def test_a_transparent_colour_of_a_palette_becomes_white() -> None:
    assert is_about(clean(encoded(an_image("P"), "PNG", transparency=0)), (5, 5), (255, 255, 255))


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_picture_is_kept(kind: str) -> None:
    frames = [an_image("RGB", (60, 40), colour) for colour in ("red", "blue", "green")]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
    assert Image.open(io.BytesIO(data)).n_frames == 3  # type: ignore[attr-defined]
    assert is_about(clean(data), (5, 5), (255, 0, 0))


def test_of_a_phone_s_photo_with_a_second_one_inside_the_first_is_kept() -> None:
    data = encoded(an_image(colour="red"), "MPO", save_all=True, append_images=[an_image(colour="blue")])
    assert Image.open(io.BytesIO(data)).format == "MPO"
    assert is_about(clean(data), (5, 5), (255, 0, 0))


@pytest.mark.parametrize(
    "name", ["sole.png", "sole", "sole.exe", "../../sole.jpg", "sole.jpg.html", "x" * 300, "", "a\0b"]
)
def test_a_photo_s_name_does_not_count(name: str) -> None:
    (taken,) = take_photos([SimpleUploadedFile(name or "x", encoded(an_image(), "JPEG"))])
    assert taken


UNREADABLE = "“sole.jpg” is not a photo that we can read. Your text is kept; choose a JPEG, PNG, WebP or GIF."
WHOLE = {kind: encoded(an_image("RGB", (300, 200), "red"), kind) for kind in ("JPEG", "PNG", "WEBP", "GIF")}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"\xff\xd8\xff",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n",
        encoded(an_image(), "BMP"),
        encoded(an_image(), "TIFF"),
        encoded(an_image(), "ICO"),
        *[data[: len(data) // 2] for data in WHOLE.values()],
        *[data[:40] for data in WHOLE.values()],
    ],
)
def test_what_is_no_photo_or_only_half_of_one_is_refused_by_name(data: bytes) -> None:
    assert refusal(data) == UNREADABLE


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("kind", sorted(WHOLE))
def test_a_photo_with_any_byte_changed_is_taken_or_refused(kind: str) -> None:
    whole = encoded(an_image("RGB", (9, 7), "red"), kind, **({} if kind == "GIF" else {"exif": where_and_when(6)}))
    for place in range(len(whole)):
        for value in (0x00, 0xFF, whole[place] ^ 0x01):
            data = whole[:place] + bytes([value]) + whole[place + 1 :]
            try:
                take_photos([SimpleUploadedFile("sole.jpg", data)])
            except RefusedError as refused:
                assert refused.field == "attachments"  # noqa: PT017


MANY_PIXELS = "“sole.jpg” has more than 40 megapixels. Your text is kept; choose a smaller photo."


@pytest.mark.parametrize(
    "size", [(8000, 5001), (10_000, 10_000), (20_000, 20_000), (2**31 - 1, 2**31 - 1), (40_000_001, 1)]
)
def test_a_small_file_of_many_pixels_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    data = a_png_of(*size)
    assert len(data) < 30_000
    assert refusal(data) == MANY_PIXELS


def test_a_photo_of_just_40_megapixels_is_taken() -> None:
    assert clean(a_png_of(8000, 5000)).size == (2560, 1600)


def test_a_file_of_more_than_10_megabytes_is_refused_and_one_of_10_is_looked_at() -> None:
    photo = encoded(an_image(), "JPEG")
    megabytes = 10 * 1024 * 1024
    clean(photo + b"\0" * (megabytes - len(photo)))
    said = refusal(photo + b"\0" * (megabytes - len(photo) + 1))
    assert said == "“sole.jpg” is larger than 10 MB. Your text is kept; choose a smaller photo."


def test_six_photos_are_taken_in_order_and_seven_are_not() -> None:
    files = [a_photo(f"{n}.jpg", size=(10 + n, 10)) for n in range(6)]
    assert [Image.open(io.BytesIO(taken)).width for taken in take_photos(files)] == [10, 11, 12, 13, 14, 15]
    with pytest.raises(RefusedError, match="An entry can have 6 photos; write another entry for the rest."):
        take_photos([*files, a_photo()])


def upload(api: Api, conduit: Conduit, *files: Any, **fields: str) -> Any:
    values = {"body": "The sole came off.", "visibility": "shared"} | fields
    return api(conduit.owner).upload(f"/picos/{conduit.pico.code}/journal", values | {"attachments": list(files)})


@pytest.mark.django_db
def test_an_entry_with_photos_is_written_and_its_photos_are_fetched(
    api: Api, rung: list[str], media: Path, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    conduit = a_conduit()
    with django_capture_on_commit_callbacks(execute=True):
        answer = upload(api, conduit, a_photo(size=(60, 40)), a_photo(size=(30, 20)))

    first, second = answer.json()["attachments"]
    assert answer.status_code == 201
    kept = Attachment.objects.get(pk=first["id"])
    expected = {
        "id": str(kept.pk),
        "url": f"http://pico.test/api/v1/attachments/{kept.pk}",
        "width": 60,
        "height": 40,
        "size": kept.size,
    }
    assert first == expected
    assert (second["width"], second["height"]) == (30, 20)
    assert bell.THUMBNAILS in rung

    photo = api(conduit.owner).get(f"/attachments/{kept.pk}")
    content = photo.getvalue()
    assert (photo["Content-Type"], photo["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert photo["Cache-Control"] == "private, max-age=86400"
    assert content == (media / kept.name).read_bytes()
    assert len(content) == kept.size


@pytest.mark.django_db
def test_a_photo_needs_no_words(api: Api) -> None:
    answer = upload(api, a_conduit(), a_photo(), body="")
    assert (answer.status_code, answer.json()["body"]) == (201, "")


@pytest.mark.django_db
def test_what_is_no_photo_is_422_and_nothing_is_kept(api: Api, media: Path) -> None:
    conduit = a_conduit()
    answer = upload(api, conduit, a_photo(), SimpleUploadedFile("sole.jpg", b"text"))
    assert (answer.status_code, answer.json()["errors"]) == (422, {"attachments": [UNREADABLE]})
    assert not Entry.objects.exists()
    assert not list(media.rglob("*.jpg"))


@pytest.mark.django_db
def test_a_form_of_far_too_many_bytes_is_413_before_it_is_read(api: Api) -> None:
    conduit = a_conduit()
    answer = api(conduit.owner).send(
        "POST",
        f"/picos/{conduit.pico.code}/journal",
        b"",
        "multipart/form-data; boundary=x",
        **{"Content-Length": str(62 * 1024 * 1024)},
    )
    assert answer.status_code in {400, 413}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x",
        b"--x\r\n\r\n--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name="attachments"; filename="a"\r\n\r\n--x--\r\n',
        b'--x\r\nContent-Disposition: form-data; name="visibility"\r\n\r\nsh\xffared\r\n--x--\r\n',
        b'--x\r\nContent-Disposition: form-data; name="body"\r\nContent-Transfer-Encoding: base64\r\n\r\n!\r\n--x--\r\n',
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * 300 + b"--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name="attachments"; filename="a"\r\n\r\nx\r\n' * 11 + b"--x--\r\n",
    ],
)
def test_a_form_that_cannot_be_read_is_a_client_s_error(body: bytes, api: Api) -> None:
    conduit = a_conduit()
    for kind in ("multipart/form-data; boundary=x", "multipart/form-data", "multipart/form-data; boundary=\xff"):
        answer = api(conduit.owner).send("POST", f"/picos/{conduit.pico.code}/journal", body, kind)
        assert answer.status_code in {400, 413, 422}, answer.content
        assert answer["Content-Type"] == "application/problem+json"
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_a_thumbnail_is_made_by_a_worker_once(media: Path) -> None:
    entry = an_entry(a_conduit(), photos=take_photos([a_photo(size=(1600, 800))]))
    make_thumbnails()
    photo = Attachment.objects.get(entry=entry)
    with Image.open(media / photo.thumbnail) as small:
        assert small.size == (THUMBNAIL_SIDE, THUMBNAIL_SIDE // 2)
    before = sorted(media.rglob("*.jpg"))
    make_thumbnails()
    assert sorted(media.rglob("*.jpg")) == before
    assert len(before) == 2


@pytest.mark.django_db
@pytest.mark.parametrize("change", [lambda rows: rows.update(name="another.jpg"), lambda rows: rows.delete()])
def test_a_photo_is_there_for_good(change: Callable[[Any], Any], media: Path) -> None:
    an_entry(a_conduit(), photos=take_photos([a_photo()]))
    with pytest.raises(DatabaseError, match="journals_attachment is append-only"), transaction.atomic():
        change(Attachment.objects.all())
    assert Attachment.objects.count() == 1


@pytest.mark.django_db
def test_a_photo_whose_file_is_gone_keeps_no_other_from_its_thumbnail(media: Path) -> None:
    conduit = a_conduit()
    gone, whole, broken = (an_entry(conduit, photos=take_photos([a_photo()])).attachments.get() for _ in range(3))
    (media / gone.name).unlink()
    (media / broken.name).write_bytes(b"broken")
    make_thumbnails()
    assert {photo.pk: bool(photo.thumbnail) for photo in Attachment.objects.all()} == {
        gone.pk: False,
        whole.pk: True,
        broken.pk: False,
    }
