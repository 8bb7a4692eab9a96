"""The desk's page of the company's logo."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from parties.models import Company
from picos.logos import set_logo
from picos.models import Logo, Pico
from tests.dashboards.world import browser, everything, read
from tests.factories import a_company, a_member, a_person, a_product, picos
from tests.pictures import a_png_of, an_image, encoded

pytestmark = pytest.mark.django_db

DESK = "/desk/lamo/logo"


@pytest.fixture
def company() -> Company:
    return a_company("LAMO", slug="lamo")


@pytest.fixture
def admin(company: Company) -> Client:
    return browser(a_member(company, "admin").person)


def a_picture(colour: str = "red", name: str = "logo.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, encoded(an_image("RGB", (300, 200), colour), "PNG"))


def a_copy(company: Company) -> Pico:
    return picos(1, a_product(company))[0]


def shown(answer: Any) -> list[str]:
    return [one.attributes["src"] for one in read(answer).all("img")]


def test_an_admin_sets_replaces_and_takes_away_the_logo(company: Company, admin: Client) -> None:
    code = f"{a_copy(company).url_path}/qr.png?style=logo&size=512"
    page = admin.get(DESK)
    assert shown(page) == [code]
    assert "Until you choose one, they have your initial." in page.content.decode()
    set_ = admin.post(DESK, {"file": a_picture()}, follow=True)
    assert (set_.redirect_chain, read(set_).notices) == ([(DESK, 302)], ["It is in your codes from now on."])
    assert shown(set_) == [f"{DESK}.png", code]
    logo = admin.get(f"{DESK}.png")
    assert (logo.content, logo["Content-Type"]) == (bytes(Logo.objects.get().png), "image/png")
    assert (logo["Cache-Control"], logo["X-Content-Type-Options"]) == ("private, no-cache", "nosniff")
    admin.post(DESK, {"file": a_picture("blue")}, follow=True)
    assert admin.get(f"{DESK}.png").content != logo.content
    gone = admin.post(DESK, {"remove": "1"}, follow=True)
    assert (read(gone).notices, shown(gone)) == (["Your codes have your initial in them again."], [code])
    assert read(admin.post(DESK, {"remove": "1"}, follow=True)).notices == ["There is no logo any more."]
    assert admin.get(f"{DESK}.png").status_code == 404


def test_before_anything_was_minted_the_page_says_so(company: Company, admin: Client) -> None:
    a_product(company)
    page = admin.get(DESK)
    assert shown(page) == []
    assert "Once you have minted a batch, one of its codes shows here." in page.content.decode()


def test_the_page_shows_a_code_of_one_s_own(company: Company, admin: Client) -> None:
    own = a_copy(company)
    a_copy(a_company())
    assert shown(admin.get(DESK)) == [f"{own.url_path}/qr.png?style=logo&size=512"]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Choose a file."),
        ({"file": "logo.png"}, "Choose a file."),
        ({"file": SimpleUploadedFile("logo.png", b"")}, "There is nothing in this file."),
        (
            {"file": SimpleUploadedFile("logo.png", b"text")},
            "“logo.png” is not a picture that we can read. Your logo is as it was; choose a JPEG, PNG, WebP or GIF.",
        ),
        (
            {"file": SimpleUploadedFile("<b>.png", a_png_of(9000, 9000))},
            "“<b>.png” has more than 40 megapixels. Your logo is as it was; choose a smaller picture.",
        ),
        (
            {"file": SimpleUploadedFile("logo.svg", b"<svg/>")},
            "We take no SVG, as it can hold programs. Your logo is as it was; save it as a PNG and choose that.",
        ),
    ],
)
def test_what_is_no_logo_is_said_beside_the_field_and_nothing_changes(
    company: Company, admin: Client, sent: dict[str, Any], said: str
) -> None:
    set_logo(company=company, file=a_picture())
    if hasattr(sent.get("file"), "seek"):
        sent["file"].seek(0)
    before = everything()
    answer = admin.post(DESK, sent)
    assert (answer.status_code, read(answer).errors) == (422, {"file": [said]})
    assert everything() == before


def test_nobody_but_an_admin_sees_the_page_or_changes_the_logo(company: Company) -> None:
    """The doors are in tests/dashboards/one_world/test_access.py; here a picture is sent along."""
    set_logo(company=company, file=a_picture())
    before = list(Logo.objects.values())
    askers = [
        (browser(a_member(company, "viewer").person), 403),
        (browser(a_member(company, "agent").person), 403),
        (browser(a_member(a_company(), "admin").person), 404),
        (browser(a_person()), 404),
        (browser(), 302),
    ]
    for asker, status in askers:
        for path in (DESK, f"{DESK}.png"):
            assert asker.get(path).status_code == status
        for body in ({"file": a_picture("blue")}, {"remove": "1"}):
            assert asker.post(DESK, body).status_code == status
    assert list(Logo.objects.values()) == before


@pytest.mark.parametrize("copies", [1, 30])
def test_the_page_takes_the_same_few_queries(
    company: Company, admin: Client, copies: int, django_assert_num_queries: Any
) -> None:
    for _ in range(2):
        picos(copies, a_product(company))
    set_logo(company=company, file=a_picture())
    admin.get(DESK)
    # Session, person, membership; logo, batch, copy.
    with django_assert_num_queries(6):
        admin.get(DESK)


def test_the_page_of_a_copy_offers_its_code_with_the_logo(company: Company, admin: Client) -> None:
    pico = a_copy(company)
    set_logo(company=company, file=a_picture())
    page = read(admin.get(f"/desk/lamo/picos/{pico.code}"))
    offered = {one.text: one.attributes["href"] for one in page.all("a") if "/qr." in one.attributes["href"]}
    assert list(offered) == ["SVG", "PNG", "PNG with a logo"]
    assert {browser().get(path).status_code for path in offered.values()} == {200}
