"""A thing that was relabelled: two codes, one pico."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from conduits.models import Conduit
from picos.access import find_pico, surviving
from picos.finding import write_again, write_to_owner
from picos.models import Alias, Event, Pico, Product
from tests.conduits.at_once import at_once
from tests.conftest import Api, ApiClient
from tests.dashboards.world import an_entry, browser
from tests.factories import a_conduit, a_key, a_person, a_pico, a_product, picos

pytestmark = pytest.mark.django_db


@pytest.fixture
def product() -> Product:
    return a_product()


@pytest.fixture
def old(product: Product) -> Pico:
    return a_pico(product)


@pytest.fixture
def new(product: Product) -> Pico:
    return a_pico(product)


def merged(product: Product, pico: Pico, into: Pico) -> Any:
    return ApiClient(a_key(product.company)).post(f"/picos/{pico.code}/merge", {"into": into.code})


def test_both_codes_lead_to_one_pico(api: Api, product: Product, old: Pico, new: Pico) -> None:
    answer = merged(product, old, new)

    assert (answer.status_code, answer.json()["code"]) == (200, new.code)
    assert (Alias.objects.get().code, Alias.objects.get().pico) == (old.code, new)
    assert find_pico(old.code) == find_pico(old.code.lower()) == find_pico(new.code) == new
    assert api(product.company).get(f"/picos/{old.code}").json()["code"] == new.code
    old.refresh_from_db()
    assert (old.status, surviving(old)) == ("retired", new)
    retired, happened = Event.objects.order_by("sequence")
    assert (retired.type, retired.pico, retired.data) == ("pico.retired", old, {"into": new.code})
    assert (happened.type, happened.pico, happened.data) == ("pico.merged", new, {"code": old.code})


def test_a_scan_of_either_code_is_the_survivor_s(product: Product, old: Pico, new: Pico) -> None:
    merged(product, old, new)
    page = Client(headers={"User-Agent": "Ann’s"}).get(f"/P/{old.code}", headers={"Accept": "application/json"}).json()
    assert (page["code"], page["status"]) == (new.code, "minted")
    assert Event.objects.get(type="pico.scanned").pico == new
    assert Client().get(f"/P/{old.code}/qr.svg").content == Client().get(f"/P/{new.code}/qr.svg").content


def test_who_scans_the_old_code_claims_the_survivor(api: Api, product: Product, old: Pico, new: Pico) -> None:
    merged(product, old, new)
    owner = a_person()
    assert api(owner).post(f"/picos/{old.code}/claim").status_code == 200
    new.refresh_from_db()
    assert new.owner == owner
    assert api(owner).get(f"/picos/{old.code}/journal").status_code == 200
    assert api(a_person()).get(f"/picos/{old.code}").status_code == 404


def test_a_chain_is_one_step_long(product: Product, old: Pico, new: Pico) -> None:
    newest = a_pico(product)
    merged(product, old, new)
    merged(product, new, newest)
    assert dict(Alias.objects.values_list("code", "pico")) == {old.code: newest.pk, new.code: newest.pk}
    assert find_pico(old.code) == newest


def test_what_leads_elsewhere_or_is_retired_takes_no_other(api: Api, product: Product, old: Pico, new: Pico) -> None:
    merged(product, old, new)
    # The old code means the survivor now, which cannot be merged with itself.
    back = merged(product, new, old)
    assert (back.status_code, back.json()["errors"]) == (422, {"into": ["These are one already."]})
    ended, other = picos(2, product)
    api(product.company).post(f"/picos/{ended.code}/retire")
    refused = merged(product, other, ended)
    assert (refused.status_code, refused.json()["detail"]) == (409, f"{ended.code} is retired.")


def test_a_company_merges_only_what_nobody_owns_into_whatever_is_its_own(product: Product, new: Pico) -> None:
    conduit = a_conduit(pico=a_pico(product))
    refused = merged(product, conduit.pico, new)
    assert (refused.status_code, refused.json()["detail"]) == (409, "It belongs to somebody, who alone decides that.")
    assert merged(product, new, conduit.pico).status_code == 200
    conduit.refresh_from_db()
    assert conduit.status == "open"
    assert Event.objects.get(type="pico.merged").owner == conduit.owner


def test_copies_of_different_products_stay_two(product: Product, old: Pico) -> None:
    refused = merged(product, old, a_pico(a_product(product.company)))
    assert (refused.status_code, refused.json()["detail"]) == (409, "They are copies of different products.")
    assert not Alias.objects.exists()


def test_the_owner_of_both_merges_them_and_keeps_what_was_written(api: Api, product: Product) -> None:
    owner = a_person()
    old, new = (a_conduit(owner, pico) for pico in picos(2, product))
    an_entry(old, "Only mine", "private")
    answer = api(owner).post(f"/picos/{old.pico.code}/merge", {"into": new.pico.code})

    assert (answer.status_code, answer.json()["code"]) == (200, new.pico.code)
    assert list(Conduit.objects.current()) == [new]
    shown = api(owner).get(f"/picos/{old.pico.code}/history").json()["results"]
    assert [(one["author"], one["body"]) for one in shown] == [("owner", "Only mine")]


def test_whoever_owns_one_of_them_cannot_merge_it(api: Api, product: Product) -> None:
    mine, theirs = (a_conduit(pico=pico) for pico in picos(2, product))
    for code, into in ((mine, theirs), (theirs, mine)):
        answer = api(mine.owner).post(f"/picos/{code.pico.code}/merge", {"into": into.pico.code})
        assert answer.status_code == 404
    assert not Alias.objects.exists()


@pytest.mark.parametrize("into", ["", "x", None, 5, "a\0", "x" * 101])
def test_into_what_is_no_code_is_refused(into: Any, api: Api, product: Product, old: Pico) -> None:
    answer = api(product.company).post(f"/picos/{old.code}/merge", {"into": into})
    assert answer.status_code in {404, 422}
    assert not Alias.objects.exists()


def test_the_database_keeps_chains_and_loops_away(product: Product, old: Pico, new: Pico) -> None:
    living = a_pico(product)
    merged(product, old, new)
    for code, pico in ((living.code, new), (old.code, old), (new.code, old), ("0000000000002", old)):
        with pytest.raises(IntegrityError, match="cannot lead there|duplicate"), transaction.atomic():
            Alias.objects.create(code=code, pico=pico)
    Pico.objects.filter(pk=new.pk).update(status="retired")
    with pytest.raises(IntegrityError, match="cannot lead there"), transaction.atomic():
        Alias.objects.create(code=new.code, pico=living)


@pytest.mark.django_db(transaction=True)
def test_two_that_are_merged_into_each_other_at_once_make_no_loop() -> None:
    product = a_product()
    one, other = picos(2, product)
    key = a_key(product.company)

    def merging(pico: Pico, into: Pico) -> Any:
        return lambda: ApiClient(key).post(f"/picos/{pico.code}/merge", {"into": into.code}).status_code

    assert sorted(at_once(merging(one, other), merging(other, one))) in ([200, 409], [200, 422])
    assert Alias.objects.count() == 1
    assert find_pico(one.code) == find_pico(other.code)


def test_finders_and_values_go_along(api: Api, product: Product) -> None:
    owner = a_person()
    old, new = (a_conduit(owner, pico).pico for pico in picos(2, product))
    asking, company = api(owner), api(product.company)
    finder, _ = write_to_owner(pico=old, visitor=bytes(8), message="I have it.")
    for pico, keys in ((old, ("size", "colour")), (new, ("colour",))):
        for key in keys:
            assert asking.put(f"/picos/{pico.code}/state/{key}", {"value": pico.code}).status_code == 200
    assert company.put(f"/picos/{old.code}/state/warranty", {"value": 2028}).status_code == 200

    assert asking.post(f"/picos/{old.code}/merge", {"into": new.code}).status_code == 200

    values = {one["key"]: one["value"] for one in asking.get(f"/picos/{new.code}/state").json()["results"]}
    assert values == {"size": old.code, "colour": new.code, "warranty": 2028}
    finder.refresh_from_db()
    write_again(finder=finder, from_finder=True, body="Still here.")
    assert "Still here." in browser(owner).get(f"/things/{new.code}").content.decode()
