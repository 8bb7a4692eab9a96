"""Things that leave their owner or their use: released, retired, activated; and what stays readable."""

from typing import Any

import pytest
from django.test import Client

from conduits.leaving import release_and_close, retire_and_close
from conduits.models import AccessLine, Conduit
from conduits.opening import claim_and_open
from conduits.steering import close, pause
from picos.models import Batch, Event, Pico, Transfer
from picos.pins import pin_of
from picos.transferring import offer_transfer
from rules.engine.draining import drain
from rules.models import Run
from tests.conduits.at_once import at_once
from tests.conftest import Api, ApiClient
from tests.dashboards.world import an_entry
from tests.factories import a_conduit, a_key, a_person, a_pico, a_product, a_rule

pytestmark = pytest.mark.django_db

LOST = "It is reported lost. Say first that it is back."


def types(pico: Pico) -> list[str]:
    found = Event.objects.filter(pico=pico).exclude(type__in=["pico.claimed", "conduit.terms_agreed", "conduit.opened"])
    return list(found.order_by("sequence").values_list("type", flat=True))


def page_of(pico: Pico) -> str:
    return Client().get(f"/P/{pico.code}?stay").content.decode()


def test_what_is_given_up_is_free_to_be_claimed(api: Api) -> None:
    conduit = a_conduit()
    token = offer_transfer(pico=conduit.pico, owner=conduit.owner).token
    answer = api(conduit.owner).post(f"/picos/{conduit.pico.code}/release")

    assert (answer.status_code, answer.json()["status"]) == (200, "active")
    pico = Pico.objects.get()
    assert (pico.owner, pico.claimed_at, pico.status) == (None, None, "active")
    conduit.refresh_from_db()
    conduit.journal.refresh_from_db()
    assert (conduit.status, conduit.journal.closed_at is None) == ("closed", False)
    closed, released = Event.objects.order_by("sequence")[3:]
    assert (closed.type, closed.owner_id) == ("conduit.closed", conduit.owner_id)
    assert (released.type, released.owner_id, released.data) == ("pico.released", conduit.owner_id, {})
    assert "Is this one yours?" in page_of(conduit.pico)
    assert not Transfer.objects.exists()
    assert api(a_person()).post(f"/transfers/{token}/accept").status_code == 404
    assert api(a_person()).post(f"/picos/{pico.code}/claim").status_code == 200


def test_a_company_is_told_that_it_was_given_up_or_retired(api: Api) -> None:
    for verb, name in (("release", "pico.released"), ("retire", "pico.retired")):
        conduit = a_conduit()
        rule = a_rule(conduit.company, when={"event": name})
        api(conduit.owner).post(f"/picos/{conduit.pico.code}/{verb}", {} if verb == "retire" else None)
        drain()
        assert Run.objects.get(rule=rule).outcome == "fired"
        assert not AccessLine.objects.filter(conduit=conduit, outcome="refused").exists()


def test_the_next_claim_still_takes_the_pin_with_all_its_tries() -> None:
    product = a_product(claim_policy="pin")
    pico = a_pico(product)
    right = pin_of(Batch.objects.get(), pico.code)
    owner = a_person()
    claim_and_open(pico=pico, person=owner, pin=right)
    Pico.objects.update(pin_tries=5)
    release_and_close(pico=Pico.objects.get(), owner=owner)

    asking, path = ApiClient(a_key(a_person())), f"/picos/{pico.code}/claim"
    assert asking.post(path).status_code == 422
    assert asking.post(path, {"pin": "x"}).status_code == 422
    assert asking.post(path, {"pin": right}).status_code == 200


def test_who_gave_it_up_reads_none_of_the_next_one_s(api: Api) -> None:
    conduit = a_conduit()
    an_entry(conduit, "Mine")
    an_entry(conduit, "New sole", pass_on=True)
    release_and_close(pico=conduit.pico, owner=conduit.owner)
    after = a_conduit(pico=Pico.objects.with_product().get())
    for what in ("", "/events", "/journal", "/history"):
        assert api(conduit.owner).get(f"/picos/{conduit.pico.code}{what}").status_code == 404
    shown = api(after.owner).get(f"/picos/{conduit.pico.code}/history").json()["results"]
    assert [one["body"] for one in shown] == ["New sole"]


def test_a_thing_without_a_maker_is_not_given_up(api: Api) -> None:
    owner = a_person()
    code = api(owner).post("/picos", {"name": "Bicycle"}).json()["code"]
    answer = api(owner).post(f"/picos/{code}/release")
    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "Its maker is not here, so nobody could claim it again. Give it to somebody, or retire it.",
    )
    assert Pico.objects.get().owner == owner


@pytest.mark.parametrize("verb", ["release", "retire"])
def test_what_is_lost_stays_its_owner_s(verb: str, api: Api) -> None:
    conduit = a_conduit()
    asking = api(conduit.owner)
    asking.post(f"/picos/{conduit.pico.code}/lost", {"message": "x"})
    answer = asking.post(f"/picos/{conduit.pico.code}/{verb}")
    assert (answer.status_code, answer.json()["detail"]) == (409, LOST)
    conduit.refresh_from_db()
    assert (conduit.status, Pico.objects.get().owner) == ("open", conduit.owner)
    assert types(conduit.pico) == ["pico.lost"]


def test_an_owner_retires_a_thing_for_good(api: Api) -> None:
    conduit = a_conduit()
    answer = api(conduit.owner).post(f"/picos/{conduit.pico.code}/retire", {"reason": "The sole broke."})

    assert (answer.status_code, answer.json()["status"]) == (200, "retired")
    assert Pico.objects.get().owner is None
    assert "This one is retired." in page_of(conduit.pico)
    retired = Event.objects.get(type="pico.retired")
    assert (retired.owner_id, retired.data) == (conduit.owner_id, {"reason": "The sole broke."})
    assert types(conduit.pico) == ["conduit.closed", "pico.retired"]
    asking = api(a_person())
    assert asking.post(f"/picos/{conduit.pico.code}/claim").json()["detail"] == "This one is retired."
    again = api(conduit.company).post(f"/picos/{conduit.pico.code}/retire")
    assert (again.status_code, again.json()["detail"]) == (409, "It is retired already.")


@pytest.mark.parametrize("shut", [close, pause])
def test_a_reason_passes_no_shut_line(shut: Any, api: Api) -> None:
    conduit = a_conduit()
    shut(conduit)
    api(conduit.owner).post(f"/picos/{conduit.pico.code}/retire", {"reason": "They never answered."})
    assert Event.objects.get(type="pico.retired").data == {}


def test_an_own_thing_keeps_its_name_and_reason_when_it_retires(api: Api) -> None:
    owner = a_person()
    code = api(owner).post("/picos", {"name": "Bicycle"}).json()["code"]
    assert api(owner).post(f"/picos/{code}/retire", {"reason": "Rust"}).status_code == 200
    assert (Pico.objects.get().name, Pico.objects.get().status) == ("Bicycle", "retired")
    assert Event.objects.get(type="pico.retired").data == {"reason": "Rust"}


def test_scans_of_what_is_retired_are_still_facts(api: Api) -> None:
    pico = a_pico()
    assert pico.product
    api(pico.product.company).post(f"/picos/{pico.code}/retire", {"reason": "Faulty"})
    scan = Client().get(f"/P/{pico.code}", headers={"Accept": "application/json"}).json()
    assert scan["status"] == "retired"
    assert Event.objects.get(type="pico.scanned").pico == pico


def test_a_company_retires_only_what_nobody_owns(api: Api) -> None:
    conduit = a_conduit()
    answer = api(conduit.company).post(f"/picos/{conduit.pico.code}/retire")
    assert (answer.status_code, answer.json()["detail"]) == (409, "It belongs to somebody, who alone decides that.")
    conduit.refresh_from_db()
    assert (conduit.status, Pico.objects.get().status) == ("open", "claimed")


@pytest.mark.parametrize("reason", ["x" * 201, 5, None, "a\0"])
def test_a_reason_that_cannot_be_kept_is_422(reason: Any, api: Api) -> None:
    conduit = a_conduit()
    answer = api(conduit.owner).post(f"/picos/{conduit.pico.code}/retire", {"reason": reason})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["reason"])
    assert Pico.objects.get().status == "claimed"


def test_a_copy_that_left_its_maker_is_active_once(api: Api) -> None:
    pico = a_pico()
    assert pico.product
    asking = api(pico.product.company)
    first, again = (asking.post(f"/picos/{pico.code}/activate") for _ in range(2))
    assert (first.status_code, first.json()["status"]) == (200, "active")
    assert (again.status_code, again.json()["detail"]) == (409, "It is active already.")
    event = Event.objects.get()
    assert (event.type, event.owner, event.actor_kind) == ("pico.activated", None, "company")
    assert "Is this one yours?" in page_of(pico)
    assert api(a_person()).post(f"/picos/{pico.code}/claim").status_code == 200
    claimed = asking.post(f"/picos/{pico.code}/activate")
    assert (claimed.status_code, claimed.json()["detail"]) == (409, "It belongs to somebody, who alone decides that.")


@pytest.mark.django_db(transaction=True)
def test_of_endings_at_once_one_counts() -> None:
    conduit = a_conduit()
    key, path = a_key(conduit.owner), f"/picos/{conduit.pico.code}"
    answers = at_once(
        *[lambda: ApiClient(key).post(f"{path}/release").status_code] * 2,
        *[lambda: ApiClient(key).post(f"{path}/retire").status_code] * 2,
    )
    assert answers.count(200) == 1
    assert set(answers) <= {200, 404, 409}
    assert len(types(conduit.pico)) == 2
    assert Conduit.objects.current().count() == 0


def test_an_old_row_in_hand_ends_nothing_of_the_new_owner_s() -> None:
    conduit = a_conduit()
    in_hand = Pico.objects.with_product().get()
    release_and_close(pico=conduit.pico, owner=conduit.owner)
    after = a_conduit(pico=Pico.objects.with_product().get())
    with pytest.raises(Exception, match="It is not yours any more"):
        retire_and_close(pico=in_hand, by=conduit.owner)
    after.refresh_from_db()
    assert after.status == "open"
