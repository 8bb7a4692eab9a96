"""`create_company` and `create_person`: one JSON object on stdout, errors as sentences."""

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from parties.models import Company, Key, Member, Person
from tests.conftest import Api
from tests.factories import a_company, a_person

pytestmark = pytest.mark.django_db


def said_by(*command: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command(*command, stdout=out)
    lines = out.getvalue().splitlines()
    assert len(lines) == 1
    answer: dict[str, Any] = json.loads(lines[0])
    return answer


def test_create_company_prints_one_object_with_a_key_that_opens_the_api(api: Api) -> None:
    said = said_by("create_company", "LAMO Footwear", "--slug", "lamo")

    company = Company.objects.get(slug="lamo")
    assert said == {"id": str(company.pk), "slug": "lamo", "key": said["key"]}
    assert company.name == "LAMO Footwear"
    answer = api(said["key"]).post("/products", {"name": "Moccasin", "sku": "M-1"})
    assert answer.status_code == 201


def test_create_person_prints_one_object_with_a_key_that_opens_the_api(api: Api) -> None:
    said = said_by("create_person", "Ann@Example.com", "--name", "Ann")

    person = Person.objects.get()
    assert said == {"id": str(person.pk), "email": "ann@example.com", "key": said["key"]}
    assert (person.name, person.has_usable_password()) == ("Ann", False)
    assert api(said["key"]).post("/picos", {"name": "Bicycle"}).status_code == 201


def test_a_person_needs_no_name() -> None:
    said_by("create_person", "ann@example.com")
    assert Person.objects.get().greeting == "ann@example.com"


@pytest.mark.parametrize(
    ("name", "slug", "message"),
    [
        ("", "lamo", "name: This field cannot be blank."),
        ("x" * 101, "lamo", "name: Ensure this value has at most 100 characters (it has 101)."),
        ("LAMO", "two words", "slug: Enter a valid “slug” consisting of letters, numbers, underscores or hyphens."),
        ("LAMO", "", "slug: This field cannot be blank."),
        ("LAMO", "taken", "slug: Company with this Slug already exists."),
        ("\udcff", "lamo", "name: it has a character that cannot be kept"),
    ],
)
def test_a_company_that_cannot_be_made_is_told_in_a_sentence(name: str, slug: str, message: str) -> None:
    a_company(slug="taken")
    with pytest.raises(CommandError) as raised:
        said_by("create_company", name, "--slug", slug)
    assert str(raised.value) == message
    assert (Company.objects.count(), Key.objects.count()) == (1, 0)


def test_add_member_lets_a_person_in_and_changes_what_they_may_do() -> None:
    company, person = a_company(slug="lamo"), a_person(email="ann@example.com")
    for role in ("agent", "admin"):
        said = said_by("add_member", "lamo", "Ann@Example.com", "--role", role)
        member = Member.objects.get()
        assert said == {"id": str(member.pk), "company": "lamo", "person": str(person.pk), "role": role}
        assert (member.company, member.person, member.role) == (company, person, role)


@pytest.mark.parametrize(
    ("slug", "email", "message"),
    [
        ("nike", "ann@example.com", "There is no company nike."),
        ("lamo", "ben@example.com", "There is nobody with the address ben@example.com."),
    ],
)
def test_a_member_who_cannot_be_is_told_in_a_sentence(slug: str, email: str, message: str) -> None:
    a_company(slug="lamo")
    a_person(email="ann@example.com")
    with pytest.raises(CommandError, match=message):
        said_by("add_member", slug, email)
    assert not Member.objects.exists()


@pytest.mark.parametrize(
    ("email", "name", "message"),
    [
        ("nobody", "", "email: Enter a valid email address."),
        ("ann@example.com", "", "email: Person with this Email already exists."),
        ("ANN@EXAMPLE.COM", "", "email: Person with this Email already exists."),
        (f"{'x' * 60}@{'y' * 60}.{'z' * 60}.{'y' * 60}.{'z' * 60}.com", "", "email: Ensure this value has at most"),
        ("ben@example.com", "x" * 101, "name: Ensure this value has at most 100 characters (it has 101)."),
    ],
)
def test_a_person_who_cannot_be_made_is_told_in_a_sentence(email: str, name: str, message: str) -> None:
    a_person(email="ann@example.com")
    with pytest.raises(CommandError) as raised:
        said_by("create_person", email, "--name", name)
    assert str(raised.value).startswith(message)
    assert (Person.objects.count(), Key.objects.count()) == (1, 0)
