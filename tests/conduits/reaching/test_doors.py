"""The API's doors to how a person is reached: who may pass, and what they take and give."""

from typing import Any
from uuid import uuid4

import pytest
from uuid_utils.compat import uuid7

from conduits.models import Mute, Reach, Way
from conduits.reaching.ways import add_messenger, ways_of
from parties.models import Person
from tests.conduits import doors
from tests.conduits.doors import Door
from tests.conduits.reaching.browsers import Browser
from tests.conduits.reaching.reached import a_notice, reach
from tests.conftest import Api
from tests.factories import a_company, a_person

pytestmark = pytest.mark.django_db

URL = "ntfys://ntfy.sh/topic"
WISHES: dict[str, Any] = {
    "zone": "Europe/Berlin",
    "quiet_from": "22:00",
    "quiet_until": "07:30",
    "urgent_passes": True,
    "digest": "weekly",
    "digest_hour": 18,
    "digest_weekday": 2,
    "per_company": 3,
    "muted_kinds": ["terms"],
    "muted_companies": [],
}
NEVER_SAID: dict[str, Any] = {
    "zone": "UTC",
    "quiet_from": None,
    "quiet_until": None,
    "urgent_passes": False,
    "digest": "off",
    "digest_hour": 8,
    "digest_weekday": 0,
    "per_company": 10,
    "muted_kinds": [],
    "muted_companies": [],
}


def of_way(what: str = "") -> Any:
    return lambda way: f"/me/reach/ways/{getattr(way, 'pk', way)}{what}"


OWN = [
    Door("get", "reach", ("person",), 200, lambda _: "/me/reach"),
    Door("put", "reach", ("person",), 200, lambda _: "/me/reach", WISHES),
    Door("get", "reach", ("person",), 200, lambda _: "/me/reach/ways"),
    Door("post", "reach", ("person",), 201, lambda _: "/me/reach/ways", {"url": URL}),
    Door("get", "reach", ("person",), 200, lambda _: "/me/reach/messages"),
]
OF_WAY = [
    Door("put", "reach", ("person",), 200, of_way(), {"on": False}),
    Door("delete", "reach", ("person",), 204, of_way()),
    Door("post", "reach", ("person",), 202, of_way("/test")),
]


@pytest.fixture
def way(ann: Person) -> Way:
    return add_messenger(person=ann, url=URL)


@pytest.mark.parametrize("door", OWN, ids=str)
def test_a_person_s_own_doors(door: Door, ann: Person) -> None:
    doors.assert_refuses_everybody_else(door, None, ann)
    doors.assert_admits(door, None, ann)


@pytest.mark.parametrize("door", OF_WAY, ids=str)
def test_a_way_s_doors(door: Door, ann: Person, way: Way) -> None:
    doors.assert_refuses_everybody_else(door, way, ann)
    doors.assert_refuses_other_tenants(door, way, ann)
    doors.assert_admits(door, way, ann)


def test_wishes_are_said_anew_each_time(ann: Person, api: Api) -> None:
    company = a_company(slug="lamo")
    asked = api(ann)
    assert asked.get("/me/reach").json() == NEVER_SAID
    said = WISHES | {"muted_companies": ["lamo"]}
    answer = asked.put("/me/reach", said)
    assert (answer.status_code, answer.json()) == (200, said)
    assert asked.get("/me/reach").json() == said
    assert Mute.objects.get().company == company
    assert asked.put("/me/reach", {}).json() == NEVER_SAID
    assert not Mute.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"zone": "Berlin"}, "zone"),
        ({"zone": "../../etc/passwd"}, "zone"),
        ({"quiet_from": "22:00"}, "quiet_until"),
        ({"quiet_from": "25:00", "quiet_until": "07:00"}, "quiet_from"),
        ({"digest": "hourly"}, "digest"),
        ({"digest_hour": 24}, "digest_hour"),
        ({"digest_weekday": 7}, "digest_weekday"),
        ({"per_company": 0}, "per_company"),
        ({"per_company": 101}, "per_company"),
        ({"per_company": "3"}, "per_company"),
        ({"muted_kinds": ["spam"]}, "muted_kinds"),
        ({"muted_companies": ["nobody"]}, "muted_companies"),
        ({"muted_companies": ["\0"]}, "muted_companies"),
        ({"urgent_passes": 1}, "urgent_passes"),
        ({"loud": True}, "loud"),
    ],
)
def test_what_cannot_be_wished_is_refused_and_changes_nothing(
    ann: Person, api: Api, wrong: dict[str, Any], field: str
) -> None:
    answer = api(ann).put("/me/reach", wrong)
    assert answer.status_code == 422
    assert [name.partition(".")[0] for name in answer.json()["errors"]] == [field]
    assert not Reach.objects.exists()


def test_ways_are_listed_without_where_they_lead(ann: Person, way: Way, api: Api) -> None:
    answer = api(ann).get("/me/reach/ways")
    shown = [(one["kind"], one["name"], one["on"], one["off_reason"]) for one in answer.json()["results"]]
    assert sorted(shown) == [("email", "E-mail", True, ""), ("messenger", "ntfy (ntfy.sh)", True, "")]
    assert b"topic" not in answer.content


def test_a_browser_is_added_by_what_it_says_itself(ann: Person, api: Api) -> None:
    body = {"endpoint": "https://push.example/1", "keys": Browser().keys(), "name": "Laptop"}
    answer = api(ann).post("/me/reach/ways", body)
    assert (answer.status_code, answer.json()["kind"], answer.json()["name"]) == (201, "push", "Laptop")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "url"),
        ({"url": URL, "endpoint": "https://push.example/1"}, "url"),
        ({"endpoint": "https://push.example/1"}, "url"),
        ({"url": "file:///etc/passwd"}, "url"),
        ({"url": "ntfy://127.0.0.2.nip/x\0"}, "url"),
        ({"endpoint": "https://192.168.0.1/", "keys": Browser().keys()}, "endpoint"),
        ({"endpoint": "https://push.example/1", "keys": {"p256dh": "x", "auth": "y"}}, "p256dh"),
        ({"url": 1}, "url"),
    ],
)
def test_what_is_no_way_is_refused(ann: Person, api: Api, body: dict[str, Any], field: str) -> None:
    answer = api(ann).post("/me/reach/ways", body)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]
    assert not Way.objects.exclude(kind="email").exists()


def test_e_mail_is_switched_off_and_not_taken_away(ann: Person, api: Api) -> None:
    email = ways_of(ann).get()
    asked = api(ann)
    assert asked.delete(f"/me/reach/ways/{email.pk}").status_code == 422
    assert asked.put(f"/me/reach/ways/{email.pk}", {"on": False}).json()["on"] is False
    assert asked.post(f"/me/reach/ways/{email.pk}/test").status_code == 422
    assert asked.put(f"/me/reach/ways/{email.pk}", {"on": True}).json()["on"] is True


def test_what_was_sent_is_listed_newest_first(ann: Person, api: Api) -> None:
    a_notice(ann)
    reach()
    email = ann.ways.get()
    assert api(ann).post(f"/me/reach/ways/{email.pk}/test").status_code == 202
    a_notice(a_person())
    shown = api(ann).get("/me/reach/messages").json()["results"]
    assert [(one["state"], one["text"], one["way"]) for one in shown] == [
        ("waiting", "This is a test", str(email.pk)),
        ("sent", "LAMO wrote: Hello", str(email.pk)),
    ]


def test_too_many_tests_must_wait(ann: Person, way: Way, api: Api) -> None:
    asked = api(ann)
    answers = [asked.post(f"/me/reach/ways/{way.pk}/test") for _ in range(6)]
    assert [one.status_code for one in answers] == [202] * 5 + [429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 600


@pytest.mark.parametrize("way_id", [uuid4(), uuid7()])
def test_a_way_that_does_not_exist_is_not_there(ann: Person, api: Api, way_id: Any) -> None:
    assert api(ann).post(f"/me/reach/ways/{way_id}/test").status_code == 404
