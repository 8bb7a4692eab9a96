"""Codes with a logo, as everybody gets them: whose logo, and how long they may be kept."""

import io
from typing import Any

import pytest
import zxingcpp
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from parties.models import Company
from picos.logos import set_logo
from picos.models import Logo, Pico
from tests.dashboards.world import browser
from tests.factories import a_company, a_conduit, a_pico, a_product
from tests.pictures import an_image, encoded

pytestmark = pytest.mark.django_db

RED = (255, 0, 0)


@pytest.fixture
def company() -> Company:
    return a_company("LAMO")


def a_picture(colour: str = "red") -> SimpleUploadedFile:
    return SimpleUploadedFile("logo.png", encoded(an_image("RGB", (300, 200), colour), "PNG"))


def a_copy(company: Company) -> Pico:
    return a_pico(a_product(company))


def code_of(pico: Pico, client: Client | None = None, *, query: str = "style=logo", **headers: str) -> Any:
    return (client or browser()).get(f"/P/{pico.code}/qr.png?{query}", headers=headers)


def middle(answer: Any) -> Any:
    image = Image.open(io.BytesIO(answer.content)).convert("RGB")
    return image.getpixel((image.width // 2, image.width // 2))


def test_everybody_gets_the_code_of_a_copy_with_its_company_s_logo(company: Company) -> None:
    mine, other = a_copy(company), a_copy(a_company())
    set_logo(company=company, file=a_picture())
    answer = code_of(mine)
    assert (middle(answer), middle(code_of(other)) == RED) == (RED, False)
    assert answer["Content-Type"] == "image/png"
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(answer.content)))
    assert (found.text, found.ec_level) == (f"HTTP://PICO.TEST/P/{mine.code}", "H")
    assert middle(code_of(mine, query="style=plain")) != RED
    assert code_of(mine, query="size=300").content == code_of(mine, query="style=plain&size=300").content


def test_a_thing_that_was_added_by_hand_has_its_initial(company: Company) -> None:
    conduit = a_conduit(pico=a_copy(company))
    set_logo(company=company, file=a_picture())
    assert middle(code_of(conduit.pico)) == RED
    Pico.objects.filter(pk=conduit.pico_id).update(product=None, batch=None, name="Boot", company_name="LAMO")
    assert middle(code_of(conduit.pico)) != RED


def test_who_keeps_a_code_asks_first_and_has_it_drawn_again_only_when_it_changed(
    company: Company, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    pico, asking = a_copy(company), browser()
    tags = [code_of(pico, asking)["ETag"]]
    for change in (
        lambda: Company.objects.update(name="Harbour"),
        lambda: set_logo(company=company, file=a_picture()),
        lambda: set_logo(company=company, file=a_picture("blue")),
        Logo.objects.all().delete,
    ):
        assert code_of(pico, asking, **{"If-None-Match": tags[-1]}).status_code == 304
        change()
        answer = code_of(pico, asking, **{"If-None-Match": tags[-1]})
        assert (answer.status_code, answer["Cache-Control"]) == (200, "public, no-cache")
        tags.append(answer["ETag"])
    # Without its logo it is as it was before.
    assert (len(set(tags)), tags[4]) == (4, tags[1])
    for query in ("style=logo&size=300", "style=logo&text=1"):
        assert code_of(pico, asking, query=query)["ETag"] not in tags
    assert code_of(a_copy(company), asking)["ETag"] not in tags

    monkeypatch.setattr("picos.qr.styled", None)
    # The pico with its product and company; the logo.
    with django_assert_num_queries(2):
        same = code_of(pico, asking, **{"If-None-Match": tags[-1]})
    assert (same.status_code, same.content) == (304, b"")
    assert (same["ETag"], same["Cache-Control"]) == (tags[-1], "public, no-cache")
