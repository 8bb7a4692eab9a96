"""What an owner wrote after their session had ended."""

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from conduits.models import Conduit
from journals.models import Entry
from tests.dashboards.world import browser, read
from tests.factories import a_conduit, a_person, a_photo

pytestmark = pytest.mark.django_db

TEXT = "The sole came off.\nBoth of them."
SIGNED_OUT = "You were signed out meanwhile. Sign in, and your words are there to be sent once more."
KEPT = "You were signed out meanwhile. Your words are kept below; send them once more."


@pytest.fixture(autouse=True)
def _mail(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def write(client: Client, code: str, **values: Any) -> Any:
    return client.post(f"/P/{code}/journal", {"body": TEXT, "visibility": "private"} | values, follow=True)


def sign_in(client: Client, email: str, leads_to: str = "") -> Any:
    client.post("/account/login/code/", {"email": email, "next": leads_to})
    code = re.search(r"^(\d{6})$", str(mail.outbox[-1].body), re.MULTILINE)
    assert code
    return client.post("/account/login/code/confirm/", {"code": code[1], "next": leads_to}, follow=True)


def body_of(answer: Any) -> str:
    (area,) = read(answer).all("textarea", name="body")
    return "".join(area.words).strip()


def after_signing_in(conduit: Conduit, client: Client, **values: Any) -> Any:
    asked = write(client, conduit.pico.code, **values)
    (leads_to,) = {one.attributes["value"] for one in read(asked).all("input", name="next")}
    assert SIGNED_OUT in read(asked).notices
    assert not Entry.objects.exists()
    return sign_in(client, conduit.owner.email, leads_to)


def test_who_was_signed_out_meanwhile_finds_their_words_after_signing_in(client: Client) -> None:
    conduit = a_conduit()
    answer = after_signing_in(conduit, client)
    assert answer.redirect_chain[-1] == (f"/P/{conduit.pico.code}?stay", 302)
    assert KEPT in read(answer).notices
    assert body_of(answer) == TEXT
    assert [one.text for one in read(answer).all("option", selected="")] == ["only you"]
    write(client, conduit.pico.code)
    assert Entry.objects.get().body.splitlines() == TEXT.splitlines()
    assert body_of(client.get(f"/P/{conduit.pico.code}?stay")) == ""


def test_photos_are_not_kept_and_the_page_says_so(client: Client) -> None:
    answer = after_signing_in(a_conduit(), client, photos=a_photo())
    assert f"{KEPT} Choose the photos again." in read(answer).notices


def test_no_more_is_kept_than_an_entry_has(client: Client) -> None:
    answer = after_signing_in(a_conduit(), client, body="x" * 10_001)
    assert body_of(answer) == "x" * 10_000


def test_the_words_are_shown_to_the_owner_of_this_thing_alone(client: Client) -> None:
    conduit, other = a_conduit(), a_conduit(a_person("Ben"))
    write(client, conduit.pico.code)
    path = f"/P/{conduit.pico.code}?stay"
    assert TEXT not in client.get(path).content.decode()
    sign_in(client, other.owner.email)
    assert TEXT not in client.get(path).content.decode()
    assert body_of(client.get(f"/P/{other.pico.code}?stay")) == ""


@pytest.mark.parametrize("code", ["x", "%00", "A" * 101])
def test_what_is_no_code_keeps_nothing(code: str) -> None:
    client = browser()
    client.post(f"/P/{code}/journal", {"body": TEXT})
    assert "sessionid" not in client.cookies
