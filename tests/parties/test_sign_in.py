"""Signing in with a mailed code: one way in for everybody, which tells nobody who is known."""

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from parties.models import Person
from tests.factories import a_person

pytestmark = pytest.mark.django_db

ASK, CONFIRM = "/account/login/code/", "/account/login/code/confirm/"


def code_in(message: Any) -> str:
    found = re.search(r"\b(\d{6})\b", message.body)
    assert found, message.body
    return found[1]


def whoami(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def test_a_known_person_signs_in_with_the_mailed_code(client: Client) -> None:
    ann = a_person("Ann", "ann@example.com")
    asked = client.post(ASK, {"email": "Ann@Example.com"})
    assert asked.status_code == 302
    (sent,) = mail.outbox
    assert sent.to == ["ann@example.com"]
    assert whoami(client) is None

    assert client.post(CONFIRM, {"code": code_in(sent)}).status_code == 302
    assert whoami(client) == str(ann.pk)


def test_a_new_address_becomes_a_person_at_its_first_code(client: Client) -> None:
    client.post(ASK, {"email": "New@Example.com"})
    person = Person.objects.get()
    assert (person.email, person.has_usable_password()) == ("new@example.com", False)
    client.post(CONFIRM, {"code": code_in(mail.outbox[0])})
    assert whoami(client) == str(person.pk)


def test_known_and_new_addresses_get_the_same_answer() -> None:
    a_person("Ann", "ann@example.com")
    answers = [Client().post(ASK, {"email": email}) for email in ("ann@example.com", "new@example.com")]
    assert [(answer.status_code, answer["Location"], answer.content) for answer in answers] == [
        (302, answers[0]["Location"], answers[0].content)
    ] * 2
    said = {message.body.replace(code_in(message), "CODE").replace(message.to[0], "ADDRESS") for message in mail.outbox}
    assert (len(mail.outbox), len(said)) == (2, 1)


def test_a_wrong_code_signs_nobody_in_and_three_end_the_try(client: Client) -> None:
    a_person("Ann", "ann@example.com")
    client.post(ASK, {"email": "ann@example.com"})
    right = code_in(mail.outbox[0])
    wrong = f"{(int(right) + 1) % 10**6:06}"
    for _ in range(3):
        client.post(CONFIRM, {"code": wrong})
        assert whoami(client) is None
    client.post(CONFIRM, {"code": right})
    assert whoami(client) is None


def test_somebody_who_is_shut_out_does_not_sign_in(client: Client) -> None:
    a_person("Ann", "ann@example.com")
    Person.objects.update(is_active=False)
    client.post(ASK, {"email": "ann@example.com"})
    assert not [message for message in mail.outbox if re.search(r"\b\d{6}\b", str(message.body))]
    client.post(CONFIRM, {"code": "000000"})
    assert whoami(client) is None


@pytest.mark.parametrize(
    "email", ["", "ann", "a@b", "a\0@example.com", "x" * 300 + "@example.com", "\ud800@example.com"]
)
def test_what_is_no_address_makes_no_person(email: str, client: Client) -> None:
    answer = client.post(ASK, {"email": email.encode(errors="replace")})
    assert answer.status_code < 500
    assert not Person.objects.exists()
    assert mail.outbox == []


def test_there_is_no_password_to_sign_in_or_up_with(client: Client) -> None:
    a_person("Ann", "ann@example.com")
    for path in ("/account/login/", "/account/signup/"):
        client.post(path, {"login": "ann@example.com", "email": "b@example.com", "password": "x", "password1": "x"})
        assert whoami(client) is None
    assert Person.objects.count() == 1
