"""The agreement of a conduit: one record, the same for both sides, named by the hash of its canonical form, signed."""

import base64
import hashlib
import json
from typing import Any

import pytest
import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from conduits.models import Conduit, SigningKey, Terms
from conduits.terms import proffering, rosters
from conduits.terms.agreements import canonical, record_hash
from conduits.terms.signatures import keys_between
from conduits.terms.stances import proposal
from parties.models import Company
from parties.vault import open_sealed
from tests.conftest import Api
from tests.factories import a_company, a_conduit, a_person, a_pico, a_product

pytestmark = pytest.mark.django_db


def test_the_record_says_who_agreed_to_what_about_which_thing() -> None:
    conduit = a_conduit(pico=a_pico(a_product(a_company("Ærø & Søn"))))
    ours, theirs = keys_between(conduit.owner, conduit.company)

    record = Terms.objects.get().record

    agreement = rosters.newest("SD-BASE-DP")
    assert agreement is not None
    assert {**record, "agreed_at": "…"} == {
        "type": "agreement",
        "agreement": agreement.as_json(),
        "proffered": {"preferred": "SD-BASE-DP", "alternative": "SD-BASE"},
        "first_party": {"person": ours.name, "key": base64.b64encode(ours.public).decode()},
        "second_party": {
            "company": str(conduit.company_id),
            "name": "Ærø & Søn",
            "key": base64.b64encode(theirs.public).decode(),
        },
        "conduit": str(conduit.pk),
        "pico": conduit.pico.code,
        "agreed_at": "…",
        "prev": None,
    }


def test_two_companies_cannot_find_out_that_they_have_the_same_customer() -> None:
    person = a_person()
    one, other, more = (
        a_conduit(person, a_pico(a_product(company))).agreements.get().record["first_party"] for company in _companies()
    )

    assert {*one.values()} & {*other.values()} == set()
    assert other == more
    assert str(person.pk) not in json.dumps([terms.record for terms in Terms.objects.all()])
    assert SigningKey.objects.filter(owner=person).count() == 2


def test_private_keys_are_sealed() -> None:
    conduit = a_conduit()

    for key in SigningKey.objects.all():
        assert len(bytes.fromhex(open_sealed(key.sealed))) == 32
        assert open_sealed(key.sealed) not in key.sealed
    assert {key.owner_id for key in SigningKey.objects.filter(company=conduit.company)} == {None, conduit.owner_id}


def test_the_hash_is_sha_256_of_the_rfc_8785_form() -> None:
    a_conduit(pico=a_pico(a_product(a_company("Ærø & Søn"))))

    terms = Terms.objects.get()

    assert terms.sha256 == hashlib.sha256(rfc8785.dumps(terms.record)).hexdigest()


def test_the_hash_of_a_known_record_stays_what_it_is() -> None:
    assert record_hash({"b": [1, 2.5, None], "a": "€"}) == (
        hashlib.sha256('{"a":"€","b":[1,2.5,null]}'.encode()).hexdigest()
    )


# What a record holds: names in ASCII, texts as people write them, flags, nothing. Half a surrogate pair cannot be kept.
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
RECORDS = st.dictionaries(
    st.from_regex("[a-z_]{1,10}", fullmatch=True),
    st.recursive(
        st.none() | st.booleans() | TEXTS,
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.from_regex("[a-z_]{1,10}", fullmatch=True), inner)
        ),
        max_leaves=8,
    ),
)


@given(RECORDS)
def test_of_a_record_the_standard_library_writes_the_canonical_form_too(record: dict[str, Any]) -> None:
    """docs/verify_terms.py relies on it."""
    plain = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert canonical(record) == plain.encode()
    assert canonical(json.loads(canonical(record))) == canonical(record)
    assert canonical(dict(reversed(record.items()))) == canonical(record)


def test_both_sides_read_the_same_record_byte_for_byte(api: Api) -> None:
    conduit = a_conduit()
    sha256 = Terms.objects.get().sha256

    answers = [api(party).get(f"/terms/{sha256}") for party in (conduit.owner, conduit.company)]
    listed = [api(party).get(f"/conduits/{conduit.pk}/terms").json() for party in (conduit.owner, conduit.company)]

    assert answers[0].content == answers[1].content
    owners = answers[0].json()
    assert [owners["sha256"], owners["current"], owners["previous"]] == [sha256, True, None]
    assert hashlib.sha256(rfc8785.dumps(owners["record"])).hexdigest() == sha256
    assert listed == [{"results": [owners], "next": None}] * 2


def verify(terms: Terms, side: str, party: str) -> None:
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(terms.record[party]["key"]))
    key.verify(bytes(getattr(terms, f"{side}_signature")), rfc8785.dumps(terms.record))


def test_both_sides_have_signed_the_canonical_bytes() -> None:
    a_conduit()
    terms = Terms.objects.get()

    verify(terms, "person", "first_party")
    verify(terms, "company", "second_party")
    with pytest.raises(InvalidSignature):
        verify(terms, "person", "second_party")
    terms.record["pico"] = "another"
    with pytest.raises(InvalidSignature):
        verify(terms, "person", "first_party")


def test_a_change_a_renewal_and_a_withdrawal_each_name_the_record_before() -> None:
    conduit = a_conduit()
    for names in ("SD-BASE", "SD-BASE"):
        proffering.proffer(conduit=conduit, proposal=proposal(names))
    proffering.withdraw(conduit=conduit, by="person")
    proffering.proffer(conduit=conduit, proposal=proposal("SD-BASE-DP"))

    chain = list(Terms.objects.order_by("id"))
    assert [terms.kind for terms in chain] == ["agreement", "change", "renewal", "withdrawal", "agreement"]
    assert [terms.record["prev"] for terms in chain] == [None, *(terms.sha256 for terms in chain[:-1])]
    assert [terms.previous_sha256 for terms in chain] == ["", *(terms.sha256 for terms in chain[:-1])]
    assert Conduit.objects.get().terms == chain[-1]


@pytest.mark.parametrize(("by", "silent"), [("person", "company"), ("company", "person")])
def test_whoever_withdraws_signs_alone(by: Any, silent: str) -> None:
    conduit = a_conduit()
    proffering.withdraw(conduit=conduit, by=by)

    ended = Terms.objects.get(kind="withdrawal")
    assert ended.record["by"] == by
    verify(ended, by, {"person": "first_party", "company": "second_party"}[by])
    assert bytes(getattr(ended, f"{silent}_signature")) == b""


def test_each_conduit_has_a_record_of_its_own() -> None:
    first, second = a_conduit(), a_conduit()

    assert {terms.conduit_id for terms in Terms.objects.all()} == {first.pk, second.pk}
    assert len(set(Terms.objects.values_list("sha256", flat=True))) == 2


def test_a_chain_has_no_fork() -> None:
    terms = Terms.objects.get(conduit=a_conduit())

    with pytest.raises(IntegrityError, match="terms_one_chain"), transaction.atomic():
        Terms.objects.create(conduit=terms.conduit, agreement="SD-BASE", version="1", record={}, sha256="0" * 64)


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


def _companies() -> list[Company]:
    one, other = a_company(), a_company()
    return [one, other, other]
