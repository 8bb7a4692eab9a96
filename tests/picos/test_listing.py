"""Picos as a company and an owner see them, one and many."""

from typing import Any

import pytest

from conduits import steering
from picos.models import Pico
from picos.scanning import record_scan
from tests.conftest import Api
from tests.factories import a_company, a_conduit, a_person, a_product, picos

pytestmark = pytest.mark.django_db


def serials(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["serial"] for row in answer.json()["results"]]


def test_an_unclaimed_pico_is_shown_to_its_company(api: Api) -> None:
    product = a_product(a_company("LAMO Footwear"), gtin="4006381333931")
    (pico,) = picos(1, product, serials=["S-1"])
    shown = {
        "code": pico.code,
        "url": f"HTTP://PICO.TEST/P/{pico.code}",
        "serial": "S-1",
        "status": "minted",
        "product": {
            "id": str(product.pk),
            "name": "Moccasin",
            "sku": product.sku,
            "gtin": "04006381333931",
            "company": "LAMO Footwear",
        },
        "batch": str(pico.batch_id),
        "name": None,
        "company_name": None,
        "claimed_at": None,
        "conduit": None,
    }
    assert api(product.company).get(f"/picos/{pico.code}").json() == shown
    assert api(product.company).get("/picos").json() == {"results": [shown], "next": None}


def test_a_pico_is_found_by_its_code_as_people_type_it(api: Api) -> None:
    product = a_product()
    (pico,) = picos(1, product)
    code = pico.code.lower().replace("0", "o").replace("1", "l")
    for typed in (f"{code[:4]}-{code[4:8]}-{code[8:]}", f"{code[:6]} {code[6:]}"):
        assert api(product.company).get(f"/picos/{typed}").json()["code"] == pico.code


def test_an_owner_sees_their_own_things_with_conduit_and_time(api: Api) -> None:
    conduit = a_conduit()
    a_conduit()
    (listed,) = api(conduit.owner).get("/picos").json()["results"]
    shown = api(conduit.owner).get(f"/picos/{conduit.pico.code}").json()
    claimed_at = conduit.pico.claimed_at
    assert claimed_at
    assert shown["claimed_at"] == listed["claimed_at"] == claimed_at.isoformat().replace("+00:00", "Z")
    assert shown["conduit"] == listed["conduit"] == str(conduit.pk)
    steering.close(conduit)
    (listed,) = api(conduit.owner).get("/picos").json()["results"]
    assert listed["conduit"] is None


def test_an_owner_sees_the_thing_that_they_added(api: Api) -> None:
    asking = api(a_person())
    added = asking.post("/picos", {"name": "Bicycle", "company_name": "Rower"}).json()
    assert (added["name"], added["company_name"], added["status"], added["product"]) == (
        "Bicycle",
        "Rower",
        "claimed",
        None,
    )
    assert asking.get(f"/picos/{added['code']}").json() == added
    assert asking.get("/picos").json()["results"] == [added]


def test_a_company_sees_of_a_claimed_pico_what_the_open_conduit_lets_through(api: Api) -> None:
    conduit = a_conduit()
    Pico.objects.filter(pk=conduit.pico_id).update(name="My old shoe")
    shown = api(conduit.company).get(f"/picos/{conduit.pico.code}").json()
    assert (shown["status"], shown["conduit"], shown["name"]) == ("claimed", str(conduit.pk), None)
    assert shown["claimed_at"] is not None


@pytest.mark.parametrize("end", [steering.pause, steering.close])
def test_a_company_sees_of_a_claimed_pico_only_that_when_the_conduit_is_shut(end: Any, api: Api) -> None:
    conduit = a_conduit()
    api(conduit.owner).post(f"/picos/{conduit.pico.code}/lost", {"message": "Call me"})
    end(conduit)
    shown = api(conduit.company).get(f"/picos/{conduit.pico.code}").json()
    assert (shown["status"], shown["conduit"], shown["claimed_at"], shown["name"]) == ("claimed", None, None, None)


def test_a_company_s_list_tells_nothing_of_its_customers(api: Api) -> None:
    conduit = a_conduit()
    Pico.objects.filter(pk=conduit.pico_id).update(name="My old shoe", status="lost")
    (listed,) = api(conduit.company).get("/picos").json()["results"]
    assert (listed["status"], listed["conduit"], listed["claimed_at"], listed["name"]) == ("claimed", None, None, None)
    assert api(conduit.company).get("/picos?status=lost").json()["results"] == []
    assert len(api(conduit.company).get("/picos?status=claimed").json()["results"]) == 1
    assert len(api(conduit.owner).get("/picos?status=lost").json()["results"]) == 1
    assert api(conduit.owner).get("/picos?status=claimed").json()["results"] == []


def test_that_it_is_lost_is_told_as_scans_are_granted(api: Api) -> None:
    conduit = a_conduit()
    api(conduit.owner).post(f"/picos/{conduit.pico.code}/lost", {"message": "Call me"})
    asking = api(conduit.company)
    assert asking.get(f"/picos/{conduit.pico.code}").json()["status"] == "lost"
    steering.set_grants(conduit, ["entries"])
    assert asking.get(f"/picos/{conduit.pico.code}").json()["status"] == "claimed"


def test_picos_are_filtered_by_product_batch_status_and_beginning(api: Api) -> None:
    # No code begins with a U.
    company = a_company()
    boots, shoes = a_product(company), a_product(company)
    first = picos(2, boots, serials=["UB-1", "UB-2"])
    second = picos(1, boots, serials=["UC-1"])
    picos(2, shoes, serials=["UB-1", "UD-1"])
    Pico.objects.filter(pk=first[0].pk).update(status="retired")
    asking = api(company)

    assert serials(asking.get("/picos")) == ["UD-1", "UB-1", "UC-1", "UB-2", "UB-1"]
    assert serials(asking.get("/picos", {"product": str(boots.pk)})) == ["UC-1", "UB-2", "UB-1"]
    assert serials(asking.get("/picos", {"batch": str(second[0].batch_id)})) == ["UC-1"]
    assert serials(asking.get("/picos", {"status": "retired"})) == ["UB-1"]
    assert serials(asking.get("/picos", {"q": "UB-"})) == ["UB-1", "UB-2", "UB-1"]
    assert serials(asking.get("/picos", {"q": "UB-", "product": str(shoes.pk), "status": "minted"})) == ["UB-1"]
    assert serials(asking.get("/picos", {"q": "ub-"})) == []
    assert serials(asking.get("/picos", {"q": "%"})) == []


def test_q_finds_the_beginning_of_a_code_as_people_type_it(api: Api) -> None:
    product = a_product()
    (pico,) = picos(1, product, serials=["S-1"])
    asking = api(product.company)
    for typed in (pico.code, pico.code[:6], f"{pico.code[:4]}-{pico.code[4:7]}".lower()):
        assert serials(asking.get("/picos", {"q": typed})) == ["S-1"]
    assert serials(asking.get("/picos", {"q": pico.code[1:]})) == []
    assert serials(asking.get("/picos", {"q": "-"})) == []


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("product", "x", "This is no id."),
        ("batch", "1", "This is no id."),
        ("status", "broken", "A status is one of minted, active, claimed, lost, retired."),
        ("q", "a\0", "it has a character that cannot be kept"),
    ],
)
def test_a_filter_that_cannot_be_is_422_at_its_name(name: str, value: str, why: str, api: Api) -> None:
    for asker in (a_company(), a_person()):
        answer = api(asker).get("/picos", {name: value})
        assert (answer.status_code, answer.json()["errors"]) == (422, {name: [why]})


def test_a_long_list_takes_as_many_queries_as_a_short_one(api: Api, django_assert_num_queries: Any) -> None:
    product = a_product()
    picos(60, product)
    owner = a_person()
    for pico in product.picos.all()[:5]:
        a_conduit(owner, pico)
    for asker, length in ((product.company, 50), (owner, 5)):
        asking = api(asker)
        # The key, its use, the throttle, the rows with product and company.
        with django_assert_num_queries(4):
            assert len(asking.get("/picos").json()["results"]) == length


def test_events_take_as_many_queries_however_many_there_are(api: Api, django_assert_num_queries: Any) -> None:
    conduit = a_conduit()
    path = f"/picos/{conduit.pico.code}/events"
    for number in range(60):
        record_scan(pico=conduit.pico, visitor=f"visit{number:03}".encode(), person=None)
    owner, company = api(conduit.owner), api(conduit.company)
    # The key, its use, the throttle, the pico, the events.
    with django_assert_num_queries(5):
        assert len(owner.get(path).json()["results"]) == 50
    # And the look in the access log (a savepoint, the conduit, its head, release; the line goes past Django), and what of
    # the events' data passes.
    with django_assert_num_queries(10):
        assert len(company.get(path).json()["results"]) == 50


def test_events_are_filtered_by_type_and_time(api: Api) -> None:
    conduit = a_conduit()
    asking, path = api(conduit.owner), f"/picos/{conduit.pico.code}/events"
    asking.post(f"/picos/{conduit.pico.code}/lost", {"message": "x"})
    claimed, _, opened, lost = asking.get(path).json()["results"]
    assert asking.get(path, {"type": "pico.lost"}).json()["results"] == [lost]
    assert asking.get(path, {"type": "pico.eaten"}).json()["results"] == []
    assert asking.get(path, {"since": opened["at"]}).json()["results"] == [lost]
    assert asking.get(path, {"since": claimed["at"].replace("Z", "+00:00"), "type": "conduit.opened"}).json()[
        "results"
    ] == [opened]
    assert opened["cause"] == opened["root"] == claimed["id"]


def test_a_company_reads_of_an_unclaimed_pico_all_its_events_and_of_a_claimed_one_as_granted(api: Api) -> None:
    conduit = a_conduit()
    unclaimed = picos(1, conduit.pico.product)[0]
    asking = api(conduit.company)

    def types(pico: Pico) -> list[str]:
        return [event["type"] for event in asking.get(f"/picos/{pico.code}/events").json()["results"]]

    for pico in (unclaimed, conduit.pico):
        record_scan(pico=pico, visitor=b"visitor1", person=None)
    assert types(unclaimed) == ["pico.scanned"]
    assert types(conduit.pico) == ["pico.claimed", "conduit.terms_agreed", "conduit.opened", "pico.scanned"]
    steering.set_grants(conduit, [])
    assert types(conduit.pico) == ["pico.claimed", "conduit.terms_agreed", "conduit.opened"]
    steering.pause(conduit)
    assert types(conduit.pico) == []


def test_a_company_never_reads_what_happened_before_the_claim_as_the_owner_s(api: Api) -> None:
    (pico,) = picos()
    record_scan(pico=pico, visitor=b"visitor1", person=None)
    conduit = a_conduit(pico=pico)
    for side in (conduit.owner, conduit.company):
        rows = api(side).get(f"/picos/{pico.code}/events").json()["results"]
        assert [row["type"] for row in rows] == ["pico.claimed", "conduit.terms_agreed", "conduit.opened"]


def test_a_thing_needs_a_name_and_nothing_else(api: Api) -> None:
    asking = api(a_person())
    assert asking.post("/picos", {"company_name": "Rower"}).json()["errors"] == {"name": ["This is missing."]}
    assert asking.post("/picos", {"name": "Bicycle", "serial": "1"}).status_code == 422
    assert not Pico.objects.exists()
