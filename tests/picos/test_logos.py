"""A company's logo: taken in as photos are, kept small, drawn in its codes and in nobody else's."""

import io
from typing import Any

import pytest
import zxingcpp
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, PngImagePlugin

from parties.errors import RefusedError
from parties.models import Company
from picos import qr
from picos.logos import KEPT_SIDE, set_logo
from picos.models import Logo, Pico
from tests.conftest import Api
from tests.factories import a_company, a_key, a_person
from tests.pictures import SECRET, XMP, a_png_of, a_png_with_words, an_image, encoded, where_and_when

pytestmark = pytest.mark.django_db

PATH = "/company/logo"
UNREADABLE = "“logo.png” is not a picture that we can read. Your logo is as it was; choose a JPEG, PNG, WebP or GIF."
LARGE = "“logo.png” is larger than 10 MB. Your logo is as it was; choose a smaller picture."
MANY_PIXELS = "“logo.png” has more than 40 megapixels. Your logo is as it was; choose a smaller picture."
SVG = "We take no SVG, as it can hold programs. Your logo is as it was; save it as a PNG and choose that."
NOTHING = (
    "There is nothing to see in this picture: all of it is transparent. Your logo is as it was; choose another picture."
)
A_CODE = "With this picture in it, a code cannot be read for sure. Your logo is as it was; choose one that has no code in it."
MISSING = "Send the file as `file` of a multipart form."
WHOLE = {kind: encoded(an_image("RGB", (300, 200), "red"), kind) for kind in ("JPEG", "PNG", "WEBP", "GIF")}


@pytest.fixture
def company() -> Company:
    return a_company("LAMO")


def upload(data: bytes, name: str = "logo.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def kept(company: Company, data: bytes, name: str = "logo.png") -> Image.Image:
    """What becomes of an upload."""
    logo = set_logo(company=company, file=upload(data, name))
    assert SECRET not in bytes(logo.png)
    image = Image.open(io.BytesIO(logo.png))
    image.load()
    assert (image.format, image.mode, image.size) == ("PNG", "RGBA", (logo.width, logo.height))
    assert image.info == {}
    return image


def a_code() -> bytes:
    return qr.png(Pico(code="0000000000000"), level="L", size=400)


def words(text: str) -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", text)
    return info


def a_film(kind: str) -> bytes:
    frames = [an_image("RGB", (60, 40), colour) for colour in ("red", "blue")]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)


def test_a_logo_is_set_shown_replaced_and_taken_away(api: Api, company: Company) -> None:
    asking = api(company)
    assert asking.get(PATH).status_code == 404
    answer = asking.upload(PATH, {"file": upload(encoded(an_image(size=(60, 40), colour="red"), "JPEG"))}, method="PUT")
    logo = Logo.objects.get()
    said = {"width": 60, "height": 40, "size": len(logo.png), "set_at": logo.set_at.isoformat().replace("+00:00", "Z")}
    assert (answer.status_code, answer.json()) == (200, said)
    shown = asking.get(PATH)
    assert shown.content == bytes(logo.png)
    assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert shown["Cache-Control"] == "private, no-cache"
    asking.upload(PATH, {"file": upload(WHOLE["PNG"])}, method="PUT")
    again = Logo.objects.get()
    assert (again.company, again.width, again.height) == (company, 300, 200)
    assert again.set_at > logo.set_at
    assert asking.delete(PATH).status_code == 204
    assert (asking.delete(PATH).status_code, asking.get(PATH).status_code) == (404, 404)
    assert not Logo.objects.exists()


def test_each_company_has_a_logo_of_its_own(api: Api, company: Company) -> None:
    other = a_company()
    set_logo(company=company, file=upload(WHOLE["PNG"]))
    assert (api(other).get(PATH).status_code, api(other).delete(PATH).status_code) == (404, 404)
    set_logo(company=other, file=upload(encoded(an_image(), "PNG")))
    assert api(other).delete(PATH).status_code == 204
    assert Logo.objects.get().company == company


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_without_a_company_s_key_for_products_nothing_is_shown_or_changed(
    api: Api, company: Company, method: str
) -> None:
    set_logo(company=company, file=upload(WHOLE["PNG"]))
    before = list(Logo.objects.values())
    asking: list[tuple[Any, int]] = [(None, 401), (a_person(), 403), (a_key(company, "picos:write"), 403)]
    if method != "GET":
        asking.append((a_key(company, "products:read"), 403))
    for who, status in asking:
        answer = api(who).upload(PATH, {"file": upload(encoded(an_image(), "PNG"))}, method=method)
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert list(Logo.objects.values()) == before
    assert api(a_key(company, "products:read")).get(PATH).status_code == 200


def test_setting_and_asking_take_one_statement_each(api: Api, company: Company, django_assert_num_queries: Any) -> None:
    asking = api(company)
    asking.get(PATH)
    # The key, and the throttle.
    with django_assert_num_queries(2):
        asking.upload(PATH, {}, method="PUT")
    with django_assert_num_queries(2 + 1):
        asking.upload(PATH, {"file": upload(WHOLE["PNG"])}, method="PUT")
    with django_assert_num_queries(2 + 1):
        asking.get(PATH)


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "logo.png", UNREADABLE),
        (b"text", "logo.png", UNREADABLE),
        (b"%PDF-1.7", "logo.png", UNREADABLE),
        *((data[: len(data) // 2], "logo.png", UNREADABLE) for data in WHOLE.values()),
        (encoded(an_image(), "BMP"), "logo.png", UNREADABLE),
        (encoded(an_image(), "TIFF"), "logo.png", UNREADABLE),
        (WHOLE["PNG"] + b"\0" * 10 * 1024 * 1024, "logo.png", LARGE),
        (a_png_of(10_000, 10_000), "logo.png", MANY_PIXELS),
        (a_png_of(2**31 - 1, 2**31 - 1), "logo.png", MANY_PIXELS),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "logo.png", SVG),
        (b"\xef\xbb\xbf<?xml version='1.0'?><!-- A logo -->\n<SVG/>", "logo", SVG),
        (b"\x1f\x8b\x08", "Logo.SVGZ", SVG),
        (encoded(an_image("RGBA"), "PNG"), "logo.png", NOTHING),
        (encoded(an_image("P"), "PNG", transparency=0), "logo.png", NOTHING),
        (a_code(), "logo.png", A_CODE),
    ],
)
def test_what_is_no_logo_is_refused_with_the_reason_and_the_present_one_stays(
    api: Api, company: Company, data: bytes, name: str, said: str
) -> None:
    set_logo(company=company, file=upload(WHOLE["PNG"]))
    before = list(Logo.objects.values())
    answer = api(company).upload(PATH, {"file": upload(data, name)}, method="PUT")
    assert (answer.status_code, answer.json()["errors"]) == (422, {"file": [said]})
    assert list(Logo.objects.values()) == before


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        (b"", "application/json", 422),
        (b"{}", "application/json", 422),
        (b'{"file": "logo.png"}', "application/json", 422),
        (b'{"logo": "logo.png"}', "application/json", 422),
        (b"[]", "application/json", 422),
        (b"{", "application/json", 400),
        (WHOLE["PNG"], "image/png", 415),
        (b"file=logo.png", "application/x-www-form-urlencoded", 415),
        (b"", "multipart/form-data; boundary=x", 422),
        (b"--x", "multipart/form-data", 400),
        (
            b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
            422,
        ),
    ],
)
def test_what_brings_no_file_is_a_client_s_error(
    api: Api, company: Company, data: bytes, kind: str, status: int
) -> None:
    answer = api(company).send("PUT", PATH, data, kind)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), answer.content
    assert not Logo.objects.exists()


def test_a_file_under_another_name_is_none(api: Api, company: Company) -> None:
    answer = api(company).upload(PATH, {"logo": upload(WHOLE["PNG"])}, method="PUT")
    assert (answer.status_code, answer.json()["errors"]) == (422, {"file": [MISSING]})


def test_a_form_of_far_too_many_bytes_is_413_before_it_is_read(api: Api, company: Company) -> None:
    large = {"Content-Length": str(11 * 1024 * 1024 + 1)}
    answer = api(company).send("PUT", PATH, b"", "multipart/form-data; boundary=x", **large)
    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")


@pytest.mark.parametrize(
    "data",
    [
        encoded(an_image(), "JPEG", exif=where_and_when(), comment=SECRET, xmp=XMP, icc_profile=SECRET * 20),
        encoded(an_image("P", colour=3), "GIF", comment=SECRET),
        encoded(an_image(), "WEBP", exif=where_and_when(), xmp=XMP),
        encoded(an_image("RGBA", colour="red"), "PNG", icc_profile=SECRET * 20),
        a_png_with_words(),
        # Words that only a file of markup begins with.
        encoded(an_image(), "PNG", pnginfo=words("<svg>" + SECRET.decode())),
        WHOLE["JPEG"] + SECRET,
    ],
)
def test_nothing_but_its_pixels_is_kept(company: Company, data: bytes) -> None:
    kept(company, data)


@pytest.mark.parametrize(
    ("size", "becomes"), [((2000, 500), (512, 128)), ((500, 2000), (128, 512)), ((9, 7), (9, 7)), ((4000, 1), (512, 1))]
)
def test_a_large_logo_is_kept_small_and_in_proportion(
    company: Company, size: tuple[int, int], becomes: tuple[int, int]
) -> None:
    assert kept(company, encoded(an_image("RGBA", size, "red"), "PNG")).size == becomes


def test_the_largest_logo_is_about_a_megabyte_at_most(company: Company) -> None:
    bands = [Image.effect_noise((700, 700), 200) for _ in range(4)]
    kept(company, encoded(Image.merge("RGBA", bands), "PNG", compress_level=1))
    assert len(Logo.objects.get().png) < 1.1 * 4 * KEPT_SIDE**2


def test_a_logo_is_turned_upright(company: Company) -> None:
    assert kept(company, encoded(an_image("RGB", (60, 40), "red"), "JPEG", exif=where_and_when(6))).size == (40, 60)


def test_what_is_transparent_stays_so_and_is_cut_off_around(company: Company) -> None:
    image = an_image("RGBA", (100, 100), (0, 0, 0, 0))
    image.paste((200, 16, 46, 255), (20, 30, 60, 50))
    image.putpixel((30, 40), (0, 0, 0, 0))
    image.putpixel((31, 40), (200, 16, 46, 128))
    logo = kept(company, encoded(image, "PNG"))
    assert logo.size == (40, 20)
    assert [logo.getpixel((x, 10)) for x in (9, 10, 11)] == [(200, 16, 46, 255), (0, 0, 0, 0), (200, 16, 46, 128)]


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_of_a_film_the_first_picture_is_the_logo(company: Company, kind: str) -> None:
    pixel: Any = kept(company, a_film(kind)).getpixel((30, 20))
    assert (pixel[0] > 240, pixel[2] < 20) == (True, True)


def test_a_jpeg_for_a_printing_press_is_taken_in_its_colours(company: Company) -> None:
    pixel: Any = kept(company, encoded(an_image("CMYK", colour=(0, 255, 255, 0)), "JPEG")).getpixel((30, 20))
    assert pixel[0] > 240
    assert max(pixel[1:3]) < 20


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "RGB", "RGBA"])
def test_a_png_of_any_colours_is_taken(company: Company, mode: str) -> None:
    colour = {"LA": (9, 255), "RGBA": "red", "RGB": "red"}.get(mode, 1)
    assert kept(company, encoded(an_image(mode, colour=colour), "PNG")).size == (60, 40)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("kind", sorted(WHOLE))
def test_a_logo_with_any_byte_changed_is_taken_or_refused(
    company: Company, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Reading a code back each time would take a minute.
    monkeypatch.setattr("picos.logos._check_read_back", lambda png: None)
    whole = encoded(an_image("RGB", (9, 7), "red"), kind)
    for place in range(len(whole)):
        data = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        try:
            set_logo(company=company, file=upload(data))
        except RefusedError as refused:
            assert refused.field == "file"  # noqa: PT017


def test_a_code_of_the_company_s_is_read_back_with_its_logo(company: Company) -> None:
    logo = set_logo(company=company, file=upload(encoded(an_image("RGB", (400, 150), "navy"), "PNG")))
    drawn = Image.open(io.BytesIO(qr.styled(Pico(code="K7QM3XNB0FJ2H"), logo=bytes(logo.png))))
    assert [found.text for found in zxingcpp.read_barcodes(drawn)] == ["HTTP://PICO.TEST/P/K7QM3XNB0FJ2H"]
    assert drawn.getpixel((drawn.width // 2, drawn.width // 2)) == (0, 0, 128)
