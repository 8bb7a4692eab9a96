"""Keys for programs, a person's and a company's: shown once, and gone when revoked."""

import re
from typing import Any

import pytest
from django.test import Client

from parties.keys import create_key
from parties.models import Company, Key, Person
from tests.conftest import Api
from tests.dashboards.world import browser, read, written
from tests.factories import a_company, a_member, a_person

pytestmark = pytest.mark.django_db

PLAIN = re.compile(r"pico_[A-Za-z0-9_-]{43}")
Whose = tuple[Client, str, Company | Person]


@pytest.fixture(params=["person", "company"])
def whose(request: pytest.FixtureRequest) -> Whose:
    """A browser, the path of its keys, and whose they are."""
    if request.param == "person":
        person = a_person()
        return browser(person), "/you/keys", person
    company = a_company()
    return browser(a_member(company, "admin").person), f"/desk/{company.slug}/keys", company


def page_of(path: str) -> str:
    return "/you" if path == "/you/keys" else path


def test_a_new_key_is_shown_this_once_and_works(whose: Whose, api: Api) -> None:
    client, path, party = whose
    answer = client.post(path, {"name": " The CRM "})
    (shown,) = read(answer).all("code", class_="secret")
    assert PLAIN.fullmatch(shown.text)
    key = Key.objects.get()
    assert (key.name, key.party, key.scopes) == ("The CRM", party, ["*"])
    assert api(shown.text).get("/picos").status_code == 200
    again = client.get(page_of(path))
    assert not PLAIN.search(again.content.decode())
    assert f"The CRM {shown.text[:12]}…" in read(again).all("main")[0].text


def test_a_key_that_may_only_read_changes_nothing(whose: Whose, api: Api) -> None:
    client, path, _ = whose
    (shown,) = read(client.post(path, {"name": "A report", "may": "read"})).all("code", class_="secret")
    assert [one.text for one in read(client.get(page_of(path))).all("td")][2:3] == ["only read"]
    asking = api(shown.text)
    assert asking.get("/picos").status_code == 200
    assert asking.post("/rules", {}).status_code == 403
    client.post(path, {"name": "The CRM"})
    assert [one.text for one in read(client.get(page_of(path))).all("td")][2:3] == ["everything"]


def test_the_page_says_when_a_key_was_last_used(whose: Whose, api: Api) -> None:
    client, path, party = whose
    _, plain = create_key(party=party, name="The CRM")
    assert [one.text for one in read(client.get(page_of(path))).all("td")][3:4] == ["never"]
    api(plain).get("/picos")
    assert [one.text for one in read(client.get(page_of(path))).all("td")][3:4] == ["just now"]


def test_a_revoked_key_opens_nothing_and_leaves_the_page(whose: Whose, api: Api) -> None:
    client, path, party = whose
    key, plain = create_key(party=party, name="The CRM")
    other, _ = create_key(party=party, name="A script")
    (asked, _) = [one for one in read(client.get(page_of(path))).all("button") if one.text == "Revoke it for good"]
    assert asked.inside("details")
    answer = client.post(path, {"revoke": str(key.pk)}, follow=True)
    assert answer.redirect_chain == [(page_of(path), 302)]
    said = "The key “The CRM” is revoked. Programs that use it are refused from now on."
    assert read(answer).notices == [said]
    assert api(plain).get("/picos").status_code == 401
    listed = [one.attributes["value"] for one in read(client.get(page_of(path))).all("input", name="revoke")]
    assert listed == [str(other.pk)]


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "a\0b"])
def test_a_key_without_a_use_is_not_made(whose: Whose, name: str) -> None:
    client, path, _ = whose
    before = written()
    answer = client.post(path, {"name": name}, follow=True)
    assert answer.redirect_chain == [(page_of(path), 302)]
    assert read(answer).notices == ["Say what the key is for, in at most 100 letters."]
    assert written() == before


@pytest.mark.parametrize("wrong", ["x", "\0", "01a2003a-f905-7606-b046", "{}", "x" * 10_000])
def test_what_is_no_key_cannot_be_revoked(whose: Whose, wrong: str) -> None:
    client, path, party = whose
    create_key(party=party, name="The CRM")
    before = written()
    assert read(client.post(path, {"revoke": wrong}, follow=True)).notices == ["There is no such key."]
    assert written() == before


def test_nobody_revokes_another_s_key(whose: Whose) -> None:
    client, path, _ = whose
    keys = [create_key(party=party, name="Theirs")[0] for party in (a_person(), a_company())]
    before = written()
    for key in keys:
        assert client.post(path, {"revoke": str(key.pk)}).status_code == 302
    assert written() == before


def test_a_member_s_own_keys_are_not_the_company_s() -> None:
    company = a_company()
    member = a_member(company, "admin")
    create_key(party=member.person, name="My script")
    create_key(party=company, name="The CRM")
    client = browser(member.person)

    def keys(path: str) -> list[str]:
        page: Any = read(client.get(path))
        return [row.text for row in page.all("td")[:1]]

    assert (keys("/you"), keys(f"/desk/{company.slug}/keys")) == (["My script"], ["The CRM"])


def test_a_person_says_what_they_are_called() -> None:
    person = a_person("")
    client = browser(person)
    assert person.email in read(client.get("/you")).all("nav")[0].text
    answer = client.post("/you", {"name": " Mara "}, follow=True)
    page = read(answer)
    assert (answer.redirect_chain, page.notices) == ([("/you", 302)], ["Saved."])
    assert page.all("input", name="name")[0].attributes["value"] == "Mara"
    assert page.all("nav")[0].text.endswith("Mara")
    client.post("/you", {"name": ""})
    assert Person.objects.get(pk=person.pk).name == ""


def test_a_name_that_cannot_be_taken_is_said_beside_its_field() -> None:
    person = a_person("Ann")
    answer = browser(person).post("/you", {"name": "x" * 101})
    page = read(answer)
    assert answer.status_code == 422
    assert page.errors == {"name": ["At most 100 letters fit in; this has 101."]}
    assert Person.objects.get(pk=person.pk).name == "Ann"
