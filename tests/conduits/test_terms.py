"""The agreement of a conduit: one record, the same for both sides, named by the hash of its canonical form."""

import hashlib
import json

import pytest
import rfc8785
from django.db import IntegrityError, connection, transaction

from conduits.agreements import pairwise_id, record_hash
from conduits.models import Terms
from parties.models import Company
from tests.conftest import Api
from tests.factories import a_company, a_conduit, a_person, a_pico, a_product

pytestmark = pytest.mark.django_db


def test_the_record_says_who_agreed_to_what_about_which_thing() -> None:
    conduit = a_conduit(pico=a_pico(a_product(a_company("Ærø & Søn"))))

    record = Terms.objects.get().record

    assert {**record, "agreed_at": "…", "agreement": record["agreement"]["id"]} == {
        "type": "agreement",
        "agreement": "SD-BASE-DP",
        "first_party": {"person": pairwise_id(conduit)},
        "second_party": {"company": str(conduit.company_id), "name": "Ærø & Søn"},
        "conduit": str(conduit.pk),
        "pico": conduit.pico.code,
        "agreed_at": "…",
        "prev": None,
    }


def test_two_companies_cannot_find_out_that_they_have_the_same_customer() -> None:
    person = a_person()
    one, other, more = (a_conduit(person, a_pico(a_product(company))) for company in _companies())

    assert pairwise_id(one) != pairwise_id(other)
    assert pairwise_id(other) == pairwise_id(more)
    assert str(person.pk) not in json.dumps([terms.record for terms in Terms.objects.all()])


def test_the_hash_is_sha_256_of_the_rfc_8785_form() -> None:
    a_conduit(pico=a_pico(a_product(a_company("Ærø & Søn"))))

    terms = Terms.objects.get()

    assert terms.sha256 == hashlib.sha256(rfc8785.dumps(terms.record)).hexdigest()
    # All values are texts or null, for which this is the same form (RFC 8785, section 3.2).
    plain = json.dumps(terms.record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert terms.sha256 == hashlib.sha256(plain.encode()).hexdigest()


def test_the_hash_of_a_known_record_stays_what_it_is() -> None:
    assert record_hash({"b": [1, 2.5, None], "a": "€"}) == (
        hashlib.sha256('{"a":"€","b":[1,2.5,null]}'.encode()).hexdigest()
    )


def test_both_sides_read_the_same_record(api: Api) -> None:
    conduit = a_conduit()
    sha256 = Terms.objects.get().sha256

    owners, companys = (api(party).get(f"/terms/{sha256}").json() for party in (conduit.owner, conduit.company))
    listed = [api(party).get(f"/conduits/{conduit.pk}/terms").json() for party in (conduit.owner, conduit.company)]

    assert owners == companys
    assert [owners["sha256"], owners["current"], owners["previous"]] == [sha256, True, None]
    assert hashlib.sha256(rfc8785.dumps(owners["record"])).hexdigest() == sha256
    assert listed == [{"results": [owners], "next": None}] * 2


def test_each_conduit_has_a_record_of_its_own() -> None:
    first, second = a_conduit(), a_conduit()

    assert {terms.conduit_id for terms in Terms.objects.all()} == {first.pk, second.pk}
    assert len(set(Terms.objects.values_list("sha256", flat=True))) == 2


@pytest.mark.parametrize("statement", ["UPDATE conduits_terms SET record = '{}'", "DELETE FROM conduits_terms"])
def test_terms_cannot_be_changed_or_deleted(statement: str) -> None:
    a_conduit()

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Terms.objects.get().agreement == "SD-BASE-DP"


@pytest.mark.parametrize("sha256", ["0" * 64, "nonsense", "%00", "a" * 500, "%F0%9F%A6%AB"])
def test_terms_that_do_not_exist_are_not_found(sha256: str, api: Api) -> None:
    conduit = a_conduit()

    assert api(conduit.owner).get(f"/terms/{sha256}").status_code == 404


def test_another_agreement_than_the_one_on_offer_cannot_be_proffered(api: Api) -> None:
    conduit = a_conduit()
    pico = a_pico(conduit.pico.product)

    proffer = {"preferred": "PDC-AI", "alternative": "SD-BASE"}
    answer = api(conduit.owner).post(f"/picos/{pico.code}/claim", {"proffer": proffer})

    assert answer.status_code == 422
    assert answer.json()["errors"] == {"proffer.preferred": ["The agreement on offer here is SD-BASE-DP."]}
    assert (
        api(conduit.owner).post(f"/picos/{pico.code}/claim", {"proffer": {"preferred": "SD-BASE-DP"}}).status_code
        == 200
    )


def _companies() -> list[Company]:
    one, other = a_company(), a_company()
    return [one, other, other]
