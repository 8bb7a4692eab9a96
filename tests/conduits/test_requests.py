"""Requests, labels and assignees by the API."""

from typing import Any

import pytest

from conduits import steering
from conduits.models import Assignment, Conduit, Label, Request
from picos.models import Event
from tests.conduits.at_once import at_once
from tests.conftest import Api
from tests.factories import a_conduit, a_member, a_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def conduit() -> Conduit:
    return a_conduit()


def path_of(conduit: Conduit, what: str) -> str:
    return f"/conduits/{conduit.pk}/{what}"


@pytest.mark.parametrize("opener", ["owner", "company"])
def test_one_side_opens_a_request_and_the_other_closes_it(opener: str, conduit: Conduit, api: Api) -> None:
    sides = {"owner": api(conduit.owner), "company": api(conduit.company)}
    closer = "company" if opener == "owner" else "owner"

    opened = sides[opener].post(path_of(conduit, "requests"), {"title": " Mend  the sole "})
    assert opened.status_code == 201
    row = Request.objects.get()
    assert opened.json() == {
        "id": str(row.pk),
        "conduit": str(conduit.pk),
        "pico": conduit.pico.code,
        "title": "Mend the sole",
        "status": "open",
        "opened_by": opener,
        "by_rule": False,
        "opened_at": opened.json()["opened_at"],
        "closed_by": None,
        "closed_at": None,
    }
    for side in sides.values():
        assert [one["id"] for one in side.get("/requests?status=open").json()["results"]] == [str(row.pk)]

    closed = sides[closer].post(f"/requests/{row.pk}/close")
    again = sides[opener].post(f"/requests/{row.pk}/close")

    assert [closed.json()["status"], closed.json()["closed_by"]] == ["closed", closer]
    assert [again.status_code, again.json()["detail"]] == [409, "This request is closed already."]
    assert sides[opener].get("/requests?status=open").json()["results"] == []
    data = {"request": str(row.pk), "title": "Mend the sole"}
    assert [(event.type, event.data) for event in Event.objects.filter(type__startswith="request.")] == [
        ("request.opened", data | {"author": opener}),
        ("request.closed", data | {"author": closer}),
    ]


def test_requests_are_listed_by_conduit_and_a_company_sees_those_of_open_ones(conduit: Conduit, api: Api) -> None:
    owner, company = api(conduit.owner), api(conduit.company)
    other = a_conduit(conduit.owner)
    for one in (conduit, other):
        owner.post(path_of(one, "requests"), {"title": "Mend it"})

    assert len(owner.get("/requests").json()["results"]) == 2
    assert len(owner.get(f"/requests?conduit={other.pk}").json()["results"]) == 1
    steering.pause(conduit)
    assert company.get("/requests").json()["results"] == []
    assert len(owner.get("/requests").json()["results"]) == 2


@pytest.mark.parametrize("steer", [steering.pause, steering.close])
def test_through_a_conduit_that_is_not_open_none_is_opened(steer: Any, conduit: Conduit, api: Api) -> None:
    steer(conduit)
    for party in (conduit.owner, conduit.company):
        answer = api(party).post(path_of(conduit, "requests"), {"title": "Mend it"})
        assert answer.status_code == 409
        assert answer.json()["detail"] == f"Nothing can be opened or closed now: the conduit is {conduit.status}."
    assert not Request.objects.exists()


@pytest.mark.parametrize("title", ["", "  ", "x" * 201, "a\0b", 7, None])
def test_what_is_no_title_is_refused(title: Any, conduit: Conduit, api: Api) -> None:
    answer = api(conduit.owner).post(path_of(conduit, "requests"), {"title": title})
    assert [answer.status_code, list(answer.json()["errors"])] == [422, ["title"]]


@pytest.mark.parametrize("query", ["status=ajar", "conduit=7", "colour=red"])
def test_a_wrong_filter_is_refused(query: str, conduit: Conduit, api: Api) -> None:
    assert api(conduit.owner).get(f"/requests?{query}").status_code == 422


def test_one_too_many_is_refused(conduit: Conduit, api: Api) -> None:
    owner = api(conduit.owner)
    answers = [owner.post(path_of(conduit, "requests"), {"title": f"R{n}"}).status_code for n in range(21)]
    assert answers == [201] * 20 + [409]


@pytest.mark.django_db(transaction=True)
def test_two_who_close_it_at_once_make_one_event(conduit: Conduit, api: Api) -> None:
    api(conduit.owner).post(path_of(conduit, "requests"), {"title": "Mend it"})
    path = f"/requests/{Request.objects.get().pk}/close"
    sides = [api(conduit.owner), api(conduit.company)]

    answers = at_once(lambda: sides[0].post(path).status_code, lambda: sides[1].post(path).status_code)

    assert sorted(answers) == [200, 409]
    assert Event.objects.filter(type="request.closed").count() == 1


def test_a_company_says_which_labels_are_on_it(conduit: Conduit, api: Api) -> None:
    company = api(conduit.company)

    assert company.put(path_of(conduit, "labels"), {"labels": ["Urgent", "refund", "URGENT"]}).json() == {
        "labels": ["refund", "Urgent"]
    }
    kept = Label.objects.get(name="Urgent").pk
    assert company.put(path_of(conduit, "labels"), {"labels": ["urgent", "VIP"]}).json() == {
        "labels": ["Urgent", "VIP"]
    }
    assert Label.objects.get(name="Urgent").pk == kept
    assert company.get(path_of(conduit, "labels")).json() == {"labels": ["Urgent", "VIP"]}
    assert company.put(path_of(conduit, "labels"), {"labels": ["ΟΔΟΣ", "οδοσ"]}).json() == {"labels": ["ΟΔΟΣ"]}
    assert company.put(path_of(conduit, "labels"), {"labels": []}).json() == {"labels": []}


@pytest.mark.parametrize("labels", [["a,b"], [""], ["x" * 41], ["a\0"], [7], "a", [f"l{n}" for n in range(21)]])
def test_what_are_no_labels_is_refused(labels: Any, conduit: Conduit, api: Api) -> None:
    answer = api(conduit.company).put(path_of(conduit, "labels"), {"labels": labels})
    assert answer.status_code == 422
    assert not Label.objects.exists()


def test_a_company_gives_it_to_a_member_and_takes_it_back(conduit: Conduit, api: Api) -> None:
    a_member(conduit.company, "agent", a_person("Ben", "ben@lamo.example"))
    company, path = api(conduit.company), path_of(conduit, "assignee")

    assert company.put(path, {"member": "BEN@lamo.example"}).json() == {"member": "ben@lamo.example", "name": "Ben"}
    assert company.get(path).json() == {"member": "ben@lamo.example", "name": "Ben"}
    answer = company.put(path, {"member": "nobody@lamo.example"})
    assert [answer.status_code, list(answer.json()["errors"])] == [422, ["member"]]
    assert Assignment.objects.get().member.person.name == "Ben"
    assert company.put(path, {"member": None}).json() == {"member": None, "name": None}
    assert not Assignment.objects.exists()
