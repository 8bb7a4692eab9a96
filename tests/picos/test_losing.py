"""Reporting a thing lost, and getting it back."""

from typing import Any

import pytest
from django.test import Client

from picos.models import Event, Loss, Pico
from tests.conduits.at_once import at_once
from tests.conftest import Api, ApiClient
from tests.factories import a_conduit, a_key, a_person, a_pico

pytestmark = pytest.mark.django_db

REPORT = {"message": "It fell off my bag.", "contact": "+44 20 7946 0000", "show_contact": True}


def types(pico: Pico) -> list[str]:
    found = Event.objects.filter(pico=pico).exclude(
        type__in=["pico.claimed", "conduit.terms_agreed", "conduit.opened", "pico.scanned"]
    )
    return list(found.order_by("sequence").values_list("type", flat=True))


def on_the_page(pico: Pico) -> Any:
    return Client().get(f"/P/{pico.code}?stay", headers={"Accept": "application/json"}).json()


def test_a_lost_thing_s_page_says_its_owner_s_words(api: Api) -> None:
    conduit = a_conduit()
    answer = api(conduit.owner).post(f"/picos/{conduit.pico.code}/lost", REPORT)

    assert (answer.status_code, answer.json()["status"]) == (200, "lost")
    assert on_the_page(conduit.pico)["message"] == "It fell off my bag."
    loss = Loss.objects.get()
    assert (loss.message, loss.contact, loss.show_contact) == ("It fell off my bag.", "+44 20 7946 0000", True)
    event = Event.objects.get(type="pico.lost")
    assert (event.actor_kind, event.actor_id, event.data) == ("person", conduit.owner_id, {})


@pytest.mark.parametrize("shown", [True, False])
def test_a_finder_never_sees_the_owner_s_phone_unless_shown(shown: bool, api: Api) -> None:
    conduit = a_conduit()
    api(conduit.owner).post(f"/picos/{conduit.pico.code}/lost", REPORT | {"show_contact": shown})
    for accept in ("text/html", "application/json"):
        page = Client().get(f"/P/{conduit.pico.code}?stay", headers={"Accept": accept}).content.decode()
        assert ("7946" in page) is shown


def test_the_contact_is_not_shown_unless_asked_for(api: Api) -> None:
    conduit = a_conduit()
    api(conduit.owner).post(f"/picos/{conduit.pico.code}/lost", {"message": "x", "contact": "+44 20 7946 0000"})
    assert not Loss.objects.get().show_contact


def test_a_thing_that_is_back_says_so_no_more_and_keeps_the_history(api: Api) -> None:
    conduit = a_conduit()
    asking = api(conduit.owner)
    asking.post(f"/picos/{conduit.pico.code}/lost", REPORT)
    answer = asking.post(f"/picos/{conduit.pico.code}/recovered")

    assert (answer.status_code, answer.json()["status"]) == (200, "claimed")
    assert on_the_page(conduit.pico)["message"] is None
    assert Loss.objects.get().recovered_at is not None
    assert types(conduit.pico) == ["pico.lost", "pico.recovered"]


def test_a_thing_is_lost_again_with_new_words(api: Api) -> None:
    conduit = a_conduit()
    asking = api(conduit.owner)
    for words in ("first", "second"):
        asking.post(f"/picos/{conduit.pico.code}/lost", {"message": words})
        assert on_the_page(conduit.pico)["message"] == words
        asking.post(f"/picos/{conduit.pico.code}/recovered")
    assert Loss.objects.count() == 2


def test_what_is_lost_cannot_be_lost_nor_what_is_not_come_back(api: Api) -> None:
    conduit = a_conduit()
    asking = api(conduit.owner)
    back = asking.post(f"/picos/{conduit.pico.code}/recovered")
    asking.post(f"/picos/{conduit.pico.code}/lost", REPORT)
    again = asking.post(f"/picos/{conduit.pico.code}/lost", {"message": "other words"})

    assert (back.status_code, back.json()["detail"]) == (409, "It is not reported lost.")
    assert (again.status_code, again.json()["detail"]) == (409, "It is reported lost already.")
    assert on_the_page(conduit.pico)["message"] == "It fell off my bag."
    assert types(conduit.pico) == ["pico.lost"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "message"),
        ({"message": " "}, "message"),
        ({"message": "x" * 501}, "message"),
        ({"message": "a\0"}, "message"),
        ({"message": "x", "contact": "x" * 201}, "contact"),
        ({"message": "x", "show_contact": "perhaps"}, "show_contact"),
        ({"message": "x", "phone": "1"}, "phone"),
    ],
)
def test_a_report_that_cannot_be_taken_is_422_at_its_field(body: dict[str, Any], field: str, api: Api) -> None:
    conduit = a_conduit()
    answer = api(conduit.owner).post(f"/picos/{conduit.pico.code}/lost", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert not Loss.objects.exists()


def test_what_finders_read_can_be_changed_while_it_is_lost(api: Api) -> None:
    conduit = a_conduit()
    asking, path = api(conduit.owner), f"/picos/{conduit.pico.code}/lost"
    new = {"message": "It has a red tag.", "contact": "555-0199", "show_contact": False}
    assert asking.put(path, new).status_code == 409
    asking.post(path, REPORT)

    assert asking.put(path, new).json()["status"] == "lost"

    page = on_the_page(conduit.pico)
    assert (page["message"], page["contact"]) == ("It has a red tag.", None)
    assert types(conduit.pico) == ["pico.lost"]
    assert api(conduit.company).put(path, new).status_code == 403
    assert api(a_person()).put(path, REPORT).status_code == 404
    assert on_the_page(conduit.pico)["message"] == "It has a red tag."
    asking.post(f"/picos/{conduit.pico.code}/recovered")
    assert asking.put(path, new).status_code == 409


def test_nobody_but_its_owner_reports_it_lost(api: Api) -> None:
    conduit, unclaimed = a_conduit(), a_pico()
    for code in (conduit.pico.code, unclaimed.code):
        for what in ("lost", "recovered"):
            assert api(a_person()).post(f"/picos/{code}/{what}", {"message": "x"}).status_code == 404
    assert not Loss.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_reports_at_once_one_counts() -> None:
    conduit = a_conduit()
    key, path = a_key(conduit.owner), f"/picos/{conduit.pico.code}"
    lost = at_once(*[lambda: ApiClient(key).post(f"{path}/lost", {"message": "x"}).status_code] * 3)
    back = at_once(*[lambda: ApiClient(key).post(f"{path}/recovered").status_code] * 3)
    assert (sorted(lost), sorted(back)) == ([200, 409, 409], [200, 409, 409])
    assert types(conduit.pico) == ["pico.lost", "pico.recovered"]
    assert Loss.objects.count() == 1
