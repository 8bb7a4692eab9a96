"""The owner pauses, resumes and closes a conduit, and says what the company may see."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conduits import steering
from conduits.models import Conduit
from conduits.models.conduit import Grant
from parties.errors import StateForbidsError
from picos.models import Event
from tests.conduits.at_once import at_once
from tests.conftest import Api
from tests.factories import a_conduit, a_person


def a_conduit_that_is(status: str, owner: Any = None) -> Conduit:
    conduit = a_conduit(owner)
    if status == "paused":
        steering.pause(conduit)
    if status == "closed":
        steering.close(conduit)
    return conduit


def types_since_opening() -> list[str]:
    return list(Event.objects.order_by("sequence").values_list("type", flat=True))[3:]


@pytest.mark.parametrize(
    ("status", "verb", "becomes"),
    [
        ("open", "pause", "paused"),
        ("open", "resume", None),
        ("open", "close", "closed"),
        ("paused", "pause", None),
        ("paused", "resume", "open"),
        ("paused", "close", "closed"),
        ("closed", "pause", None),
        ("closed", "resume", None),
        ("closed", "close", None),
    ],
)
@pytest.mark.django_db
def test_a_conduit_moves_only_where_it_can(status: str, verb: str, becomes: str | None, api: Api) -> None:
    owner = a_person()
    conduit = a_conduit_that_is(status, owner)
    before = types_since_opening()

    answer = api(owner).post(f"/conduits/{conduit.pk}/{verb}")

    conduit.refresh_from_db()
    if becomes:
        assert [answer.status_code, answer.json()["status"], conduit.status] == [200, becomes, becomes]
        happened = {"pause": "conduit.paused", "resume": "conduit.resumed", "close": "conduit.closed"}[verb]
        assert types_since_opening() == [*before, happened]
    else:
        assert [answer.status_code, answer.json()["detail"]] == [409, f"This conduit is {status}."]
        assert conduit.status == status
        assert types_since_opening() == before
    assert (conduit.closed_at is not None) == (conduit.status == "closed")


@pytest.mark.django_db
def test_a_move_is_the_owner_s_event_about_the_conduit() -> None:
    conduit = a_conduit_that_is("paused")

    event = Event.objects.get(type="conduit.paused")

    assert [event.actor_kind, event.actor_id] == ["person", conduit.owner_id]
    assert [event.pico_id, event.owner_id, event.company_id] == [
        conduit.pico_id,
        conduit.owner_id,
        conduit.company_id,
    ]
    assert event.data == {"conduit": str(conduit.pk)}


@pytest.mark.django_db(transaction=True)
def test_pausing_several_times_at_once_makes_one_event() -> None:
    conduit = a_conduit()

    outcomes = at_once(*[lambda: steering.pause(Conduit.objects.with_ends().get(pk=conduit.pk))] * 4)

    assert [outcome for outcome in outcomes if outcome is None] == [None]
    assert [type(outcome) for outcome in outcomes if outcome] == [StateForbidsError] * 3
    assert types_since_opening() == ["conduit.paused"]


@pytest.mark.django_db
def test_the_owner_says_what_the_company_may_see(api: Api) -> None:
    owner = a_person()
    conduit = a_conduit(owner)

    answer = api(owner).put(f"/conduits/{conduit.pk}/grants", {"grants": ["contact", "scans", "contact"]})

    assert [answer.status_code, answer.json()["grants"]] == [200, ["scans", "contact"]]
    conduit.refresh_from_db()
    assert conduit.grants == ["scans", "contact"]
    assert conduit.grants_labels() == ["your scans", "your name and e-mail address"]


@pytest.mark.django_db
def test_an_unknown_grant_is_refused_by_name(api: Api) -> None:
    owner = a_person()
    conduit = a_conduit(owner)

    answer = api(owner).put(f"/conduits/{conduit.pk}/grants", {"grants": ["scans", "soul"]})

    assert answer.status_code == 422
    assert answer.json()["errors"] == {
        "grants": [
            "There is no grant soul; there are scans, entries, notes, photos, region, state, contact, private_entries.",
        ]
    }
    conduit.refresh_from_db()
    assert conduit.grants == ["scans", "entries", "notes"]


@pytest.mark.parametrize(("status", "expected"), [("open", 200), ("paused", 200), ("closed", 409)])
@pytest.mark.django_db
def test_grants_can_change_until_the_conduit_is_closed(status: str, expected: int, api: Api) -> None:
    owner = a_person()
    conduit = a_conduit_that_is(status, owner)

    answer = api(owner).put(f"/conduits/{conduit.pk}/grants", {"grants": []})

    assert answer.status_code == expected
    conduit.refresh_from_db()
    assert conduit.grants == ([] if expected == 200 else ["scans", "entries", "notes"])


@pytest.mark.django_db(transaction=True)
def test_things_granted_at_once_are_all_granted() -> None:
    conduit = a_conduit()

    at_once(*(lambda what=what: steering.grant(conduit, what) for what in (Grant.PHOTOS, Grant.REGION, Grant.CONTACT)))

    conduit.refresh_from_db()
    assert conduit.grants == ["scans", "entries", "notes", "photos", "region", "contact"]
    steering.close(conduit)
    steering.grant(conduit, Grant.PRIVATE_ENTRIES)
    conduit.refresh_from_db()
    assert "private_entries" not in conduit.grants


@pytest.mark.django_db
def test_each_end_lists_its_own_conduits_newest_first(api: Api) -> None:
    owner = a_person()
    first, others, second = a_conduit(owner), a_conduit(), a_conduit(owner)

    owners = api(owner).get("/conduits").json()["results"]
    companys = api(others.company).get("/conduits").json()["results"]

    assert [one["id"] for one in owners] == [str(second.pk), str(first.pk)]
    assert [one["id"] for one in companys] == [str(others.pk)]


@pytest.mark.django_db
def test_twenty_conduits_are_listed_with_as_many_queries_as_one(api: Api) -> None:
    owner = a_person()
    asking = api(owner)
    asked = []
    for number in (1, 19):
        for _ in range(number):
            a_conduit(owner)
        with CaptureQueriesContext(connection) as queries:
            assert asking.get("/conduits").status_code == 200
        asked.append(len(queries))

    assert asked[1] <= asked[0] <= 5
