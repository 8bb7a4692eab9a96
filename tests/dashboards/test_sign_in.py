"""The pages of signing in and out; tests/parties/test_sign_in.py has who gets in."""

import re
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from pytest_django import Settings

from parties.models import Person
from tests.dashboards.passkeys import a_passkey
from tests.dashboards.world import browser, read
from tests.factories import a_person, a_pico

pytestmark = pytest.mark.django_db

ASK, CONFIRM = "/account/login/code/", "/account/login/code/confirm/"
ADDRESS = "mara@customer.example"
WAIT = "Those were too many tries. Ask for a new code; if none comes, wait a few minutes."


@pytest.fixture(autouse=True)
def _mail(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def ask(client: Client, email: str = ADDRESS, path: str = ASK) -> Any:
    return client.post(path, {"email": email})


def mailed_code() -> str:
    found = re.search(r"^(\d{6})$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found
    return found[1]


def wrong_code() -> str:
    return f"{(int(mailed_code()) + 1) % 10**6:06}"


def who(client: Client) -> str | None:
    person = client.session.get("_auth_user_id")
    return Person.objects.get(pk=person).email if person else None


def sign_in(client: Client, email: str = ADDRESS) -> Any:
    ask(client, email)
    return client.post(CONFIRM, {"code": mailed_code()})


def test_from_the_code_on_the_thing_through_the_mail_to_the_claim(client: Client) -> None:
    pico = a_pico()
    scanned = read(client.get(f"/P/{pico.code}"))
    (mine,) = [one.attributes["href"] for one in scanned.all("a") if one.text == "It’s mine"]
    asked = client.get(mine, follow=True)
    page = read(asked)
    assert (asked.redirect_chain[-1][0], page.heading) == (f"{ASK}?next={mine}", "Sign in")
    (form,) = [one for one in page.all("form", method="post") if "action" not in one.attributes]
    hidden = {one.attributes["name"]: one.attributes["value"] for one in page.all("input", type="hidden", name="next")}
    sent = client.post(asked.redirect_chain[-1][0], {"email": ADDRESS} | hidden, follow=True)
    page = read(sent)
    assert form.inside("main")
    assert page.heading == "Look into your mail"
    assert f"We sent a code of six figures to {ADDRESS}." in page.all("main")[0].text
    assert [one.attributes["href"] for one in page.all("a") if one.text == "Use another address"] == [
        f"{ASK}?next={mine}"
    ]
    signed_in = client.post(sent.redirect_chain[-1][0], {"code": mailed_code(), "next": mine}, follow=True)
    assert signed_in.redirect_chain == [(mine, 302)]
    page = read(signed_in)
    # The page that one came for, and no word of what signing in did.
    assert (page.heading, page.notices) == ("Moccasin", [])
    assert who(client) == ADDRESS


def test_the_mail_says_what_to_do_and_nothing_else() -> None:
    ask(browser())
    (sent,) = mail.outbox
    assert sent.subject == f"{mailed_code()} is your code"
    assert sent.to == [ADDRESS]
    assert (
        sent.body.split()
        == (
            f"Your code is {mailed_code()} Type it on the page that asked for it; it is good for 15 minutes. "
            "If you did not ask for it, do nothing: nobody gets in without it."
        ).split()
    )


def test_a_code_with_spaces_is_the_same_code(client: Client) -> None:
    ask(client)
    code = mailed_code()
    client.post(CONFIRM, {"code": f" {code[:3]} {code[3:]} "})
    assert who(client) == ADDRESS


def test_known_and_new_addresses_get_the_same_pages() -> None:
    a_person("Ann", "ann@customer.example")
    pages = set()
    for address in ("ann@customer.example", "new@customer.example"):
        client = browser()
        ask(client, address)
        pages.add(re.sub(r'value="[A-Za-z0-9]{64}"', "", client.get(CONFIRM).content.decode().replace(address, "…")))
    assert len(pages) == 1


def test_a_wrong_code_is_said_beside_its_field(client: Client) -> None:
    ask(client)
    page = read(client.post(CONFIRM, {"code": wrong_code()}))
    assert page.errors == {"code": ["This is not the code that we mailed; the newest mail has it."]}
    assert who(client) is None


def test_after_three_wrong_codes_one_begins_anew(client: Client) -> None:
    ask(client)
    right = mailed_code()
    for _ in range(2):
        assert client.post(CONFIRM, {"code": wrong_code()}).status_code == 200
    third = client.post(CONFIRM, {"code": wrong_code()}, follow=True)
    page = read(third)
    assert (third.redirect_chain, page.heading) == ([(ASK, 302)], "Sign in")
    assert page.notices == [WAIT]
    assert client.post(CONFIRM, {"code": right})["Location"] == ASK
    assert who(client) is None
    assert sign_in(client).status_code == 302
    assert who(client) == ADDRESS


def test_a_code_is_good_for_fifteen_minutes(client: Client) -> None:
    with time_machine.travel("2026-05-01T12:00:00Z", tick=False) as clock:
        ask(client)
        clock.move_to("2026-05-01T12:15:01Z")
        assert client.post(CONFIRM, {"code": mailed_code()})["Location"] == ASK
        assert who(client) is None
        ask(client)
        clock.move_to("2026-05-01T12:30:00Z")
        client.post(CONFIRM, {"code": mailed_code()})
        assert who(client) == ADDRESS


def test_a_code_opens_only_the_browser_that_asked_for_it(client: Client) -> None:
    ask(client)
    assert browser().post(CONFIRM, {"code": mailed_code()})["Location"] == ASK
    other = browser()
    ask(other, "mallory@customer.example")
    other.post(CONFIRM, {"code": mailed_code()})
    assert who(other) == "mallory@customer.example"
    assert who(client) is None


def test_a_code_is_good_once(client: Client) -> None:
    sign_in(client)
    client.post("/account/logout/")
    assert client.post(CONFIRM, {"code": mailed_code()})["Location"] == ASK
    assert who(client) is None


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "https://pico.test@evil.example/",
        "https://pico.test.evil.example/",
        "\x08//evil.example",
        " //evil.example",
        "\thttps://evil.example/",
    ],
)
def test_signing_in_never_leads_to_another_site(elsewhere: str, client: Client) -> None:
    asked = client.post(ASK, {"email": ADDRESS, "next": elsewhere})
    assert asked["Location"] == CONFIRM
    answer = client.post(f"{CONFIRM}?next={elsewhere}", {"code": mailed_code(), "next": elsewhere})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get(ASK, {"next": elsewhere})["Location"] == "/"
    assert client.post("/account/logout/", {"next": elsewhere})["Location"] == "/"


def test_signing_in_leads_on_to_where_one_was(client: Client) -> None:
    client.post(ASK, {"email": ADDRESS, "next": "/rules?a=1"})
    answer = client.post(f"{CONFIRM}?next=/rules%3Fa%3D1", {"code": mailed_code(), "next": "/rules?a=1"})
    assert answer["Location"] == "/rules?a=1"


@pytest.mark.parametrize(
    ("email", "error"),
    [
        ("", "Write your e-mail address here."),
        ("mara", "This is no e-mail address."),
        ("mara@\0customer.example", None),
        (f"mara@{'.'.join(['x' * 60] * 4)}.example", "An address has at most 254 letters."),
    ],
)
def test_what_is_no_address_is_said_beside_its_field(email: str, error: str | None, client: Client) -> None:
    answer = ask(client, email)
    page = read(answer)
    assert answer.status_code == 200
    assert list(page.errors) == ["email"]
    assert error is None or page.errors == {"email": [error]}
    assert not Person.objects.exists()
    assert mail.outbox == []


def test_an_address_as_long_as_any_can_be_signs_in(client: Client) -> None:
    address = f"{'m' * 60}@{'.'.join(['x' * 60] * 3)}.example"
    assert len(address) <= 254
    sign_in(client, address)
    assert who(client) == address


def test_who_asks_for_too_many_codes_waits_and_is_told_so() -> None:
    for _ in range(3):
        assert ask(browser()).status_code == 302
    assert read(ask(browser())).errors == {"email": [WAIT]}
    assert len(mail.outbox) == 3


def test_many_addresses_from_one_place_wait_too() -> None:
    for number in range(20):
        ask(browser(), f"person{number}@customer.example")
    assert read(ask(browser(), "another@customer.example")).errors == {"email": [WAIT]}
    assert len(mail.outbox) == 20
    assert ask(Client(REMOTE_ADDR="203.0.113.9"), "another@customer.example").status_code == 302


def test_behind_proxies_of_ours_each_visitor_counts_alone(settings: Settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(21):
        client = Client(headers={"X-Forwarded-For": f"6.6.6.6, 203.0.113.{number}"})
        assert ask(client, f"person{number}@customer.example").status_code == 302


def test_who_is_signed_in_is_not_asked_again() -> None:
    client = browser(a_person())
    assert client.get(ASK)["Location"] == "/"
    assert client.get("/account/login/?next=/rules", follow=True).redirect_chain[-1][0] == "/rules"


def test_signing_out_asks_once_and_ends_the_session() -> None:
    client = browser(a_person())
    assert read(client.get("/account/logout/")).heading == "Sign out?"
    assert "_auth_user_id" in client.session
    page = read(client.post("/account/logout/", follow=True))
    assert "_auth_user_id" not in client.session
    assert page.notices == ["You are signed out."]
    assert client.get("/things").status_code == 302


@pytest.mark.parametrize(
    "path",
    [
        "email/",
        "password/change/",
        "password/set/",
        "password/reset/",
        "password/reset/done/",
        "password/reset/key/1-x/",
        "confirm-email/",
        "confirm-email/x/",
        "2fa/",
    ],
)
def test_nobody_has_a_password_or_another_address(path: str, client: Client) -> None:
    ann = a_person("Ann", "ann@customer.example")
    for one in (client, browser(ann)):
        for answer in (one.get(f"/account/{path}"), one.post(f"/account/{path}", {"email": "b@customer.example"})):
            assert answer.status_code == 302
            assert answer["Location"] in {"/you", "/account/2fa/webauthn/"}
    ann.refresh_from_db()
    assert (ann.email, ann.has_usable_password(), ann.emailaddress_set.count()) == ("ann@customer.example", False, 0)  # type: ignore[attr-defined]
    assert mail.outbox == []


@pytest.mark.parametrize("path", ["/account/login/", "/account/signup/"])
def test_other_ways_in_lead_to_the_one(path: str, client: Client) -> None:
    answer = client.get(f"{path}?next=/rules")
    assert (answer.status_code, answer["Location"]) == (302, f"{ASK}?next=/rules")


def test_who_has_a_passkey_still_gets_in_with_a_mailed_code_alone(client: Client) -> None:
    a_passkey(a_person("Mara", ADDRESS))
    assert sign_in(client)["Location"] == "/"
    assert who(client) == ADDRESS


def test_who_lost_their_passkey_removes_it_after_a_mailed_code(client: Client) -> None:
    mara = a_person("Mara", ADDRESS)
    passkey = a_passkey(mara, "My old phone")
    sign_in(client)
    path = f"/account/2fa/webauthn/keys/{passkey.pk}/remove/"
    assert read(client.get(path)).heading == "Remove this passkey?"
    page = read(client.post(path, follow=True))
    assert page.notices == ["The passkey is gone."]
    assert not mara.authenticator_set.exists()  # type: ignore[attr-defined]


def test_an_hour_after_signing_in_a_passkey_is_changed_only_with_one(client: Client) -> None:
    passkey = a_passkey(a_person("Mara", ADDRESS))
    with time_machine.travel("2026-05-01T12:00:00Z", tick=False) as clock:
        sign_in(client)
        clock.move_to("2026-05-01T13:00:01Z")
        for path in ("add/", f"keys/{passkey.pk}/remove/", f"keys/{passkey.pk}/edit/"):
            answer = client.get(f"/account/2fa/webauthn/{path}")
            assert answer["Location"].startswith("/account/2fa/webauthn/reauthenticate/?next=")
        client.post(f"/account/2fa/webauthn/keys/{passkey.pk}/remove/")
        assert passkey.__class__.objects.count() == 1


def test_nobody_touches_another_s_passkey(client: Client) -> None:
    passkey = a_passkey(a_person("Ann", "ann@customer.example"))
    sign_in(client)
    for verb in ("remove", "edit"):
        path = f"/account/2fa/webauthn/keys/{passkey.pk}/{verb}/"
        assert client.get(path).status_code == client.post(path, {"name": "Mine"}).status_code == 404
    passkey.refresh_from_db()
    assert passkey.data["name"] == "My phone"


@pytest.mark.parametrize(
    "credential",
    [
        "",
        "{",
        "[]",
        "null",
        "1",
        '"x"',
        "{}",
        '{"response": {}}',
        '{"id": "x", "rawId": "x", "response": {"userHandle": "eA"}}',
    ],
)
def test_what_is_no_passkey_signs_nobody_in(credential: str, client: Client) -> None:
    a_passkey(a_person())
    client.get("/account/2fa/webauthn/login/")
    answer = client.post("/account/2fa/webauthn/login/", {"credential": credential})
    assert answer.status_code < 500
    assert who(client) is None


def test_who_tries_too_many_passkeys_is_told_to_wait(client: Client) -> None:
    for _ in range(10):
        assert client.post("/account/2fa/webauthn/login/", {"credential": "{}"}).status_code < 429
    answer = client.post("/account/2fa/webauthn/login/", {"credential": "{}"})
    assert answer.status_code == 429
    assert read(answer).heading == "A moment, please"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("", "Write the code that we mailed here."),
        ("1\0", "This is not the code that we mailed; the newest mail has it."),
    ],
)
def test_a_code_that_is_none_is_refused_in_our_words(client: Client, code: str, said: str) -> None:
    ask(client)
    page = read(client.post(CONFIRM, {"code": code}))
    assert (page.errors, who(client)) == ({"code": [said]}, None)
