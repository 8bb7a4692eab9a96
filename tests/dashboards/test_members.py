"""The desk's page of its members: letting in, changing, removing; and that an admin is always left."""

import pytest
from django.test import Client

from parties.models import Company, Member, Person
from tests.dashboards.world import browser, everything, read, written
from tests.factories import a_company, a_member, a_person

pytestmark = pytest.mark.django_db

PATH = "/desk/lamo/members"
LAST = "Then nobody could set up anything here. Make somebody else an admin first."


@pytest.fixture
def company() -> Company:
    return a_company("LAMO", slug="lamo")


@pytest.fixture
def admin(company: Company) -> Member:
    return a_member(company, "admin", a_person("Ben", "ben@lamo.example"))


@pytest.fixture
def client(admin: Member) -> Client:
    return browser(admin.person)


def roles() -> dict[str, str]:
    return dict(Member.objects.values_list("person__email", "role"))


def test_an_admin_lets_in_whoever_has_an_address_and_changes_what_they_may_do(client: Client) -> None:
    answer = client.post(PATH, {"email": " Eve@LAMO.example ", "role": "agent"}, follow=True)
    page = read(answer)
    assert page.notices == ["eve@lamo.example is in. They sign in with this address, and find the desk there."]
    assert [cell.text for cell in page.all("td")][4:6] == ["eve@lamo.example", "answer, read"]
    assert browser(Person.objects.get(email="eve@lamo.example")).get("/desk/lamo").status_code == 200
    client.post(PATH, {"email": "eve@lamo.example", "role": "viewer"})
    assert roles() == {"ben@lamo.example": "admin", "eve@lamo.example": "viewer"}


def test_a_customer_who_is_let_in_tells_the_company_no_name(client: Client) -> None:
    a_person("Mara", "mara@customer.example")
    said = read(client.post(PATH, {"email": "mara@customer.example", "role": "viewer"}, follow=True))
    assert "Mara" not in said.all("main")[0].text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"email": ""}, "email"),
        ({"email": "eve"}, "email"),
        ({"email": "a\0@b.example"}, "email"),
        ({"role": "king"}, "role"),
    ],
)
def test_who_cannot_be_let_in_is_said_beside_the_field(client: Client, wrong: dict[str, str], field: str) -> None:
    before = written()
    answer = client.post(PATH, {"email": "eve@lamo.example", "role": "agent"} | wrong)
    assert (answer.status_code, list(read(answer).errors)) == (422, [field])
    assert written() == before


def test_a_removed_member_sees_nothing_any_more(company: Company, client: Client) -> None:
    agent = a_member(company, "agent", a_person("Eve", "eve@lamo.example"))
    eve = browser(agent.person)
    assert eve.get("/desk/lamo").status_code == 200
    answer = client.post(PATH, {"remove": str(agent.pk)}, follow=True)
    assert read(answer).notices == ["They have no way in to this desk any more."]
    assert eve.get("/desk/lamo").status_code == 404


def test_the_last_admin_stays_one(company: Company, admin: Member, client: Client) -> None:
    a_member(company, "agent")
    before = everything()
    assert read(client.post(PATH, {"remove": str(admin.pk)}, follow=True)).notices == [LAST]
    answer = client.post(PATH, {"email": "ben@lamo.example", "role": "viewer"})
    assert (answer.status_code, read(answer).errors) == (422, {"role": [LAST]})
    assert everything() == before


def test_who_takes_their_own_role_is_led_home(company: Company, admin: Member, client: Client) -> None:
    a_member(company, "admin", a_person("Eve", "eve@lamo.example"))
    assert client.post(PATH, {"email": "ben@lamo.example", "role": "agent"})["Location"] == "/"
    assert client.post(PATH, {"remove": str(admin.pk)}).status_code == 403
    assert roles() == {"ben@lamo.example": "agent", "eve@lamo.example": "admin"}


@pytest.mark.parametrize("member", ["", "x", "01a20048-2217-7286-ad9b-6b620ca08a53"])
def test_only_one_s_own_members_can_be_removed(client: Client, member: str) -> None:
    other = a_member(a_company("Other"), "agent")
    for one in (member, str(other.pk)):
        assert read(client.post(PATH, {"remove": one}, follow=True)).notices == ["There is no such member."]
    assert Member.objects.filter(pk=other.pk).exists()


def test_a_company_has_so_many_members_and_no_more(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parties.members.MOST_PER_COMPANY", 1)
    answer = client.post(PATH, {"email": "eve@lamo.example", "role": "agent"})
    assert read(answer).errors == {"email": ["A company has at most 1 members."]}
    assert client.post(PATH, {"email": "ben@lamo.example", "role": "admin"}).status_code == 302
