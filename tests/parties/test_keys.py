"""Keys: kept as hashes, shown once, limited to their scopes, ended at once."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from parties.keys import SCOPES, UnknownScopeError, allows, create_key, find_key, revoke_key
from parties.models import Key
from tests.conftest import Api
from tests.factories import a_company, a_key, a_person

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_a_key_is_kept_as_its_hash_alone() -> None:
    key, plain = create_key(party=a_company(), name="CRM")

    row = Key.objects.values().get(pk=key.pk)
    assert bytes(row["digest"]) == hashlib.sha256(plain.encode()).digest()
    assert row["prefix"] == plain[:12]
    assert plain not in str(row)
    assert len(plain) == len("pico_") + 43


def test_two_keys_are_never_alike() -> None:
    company = a_company()
    assert a_key(company) != a_key(company)


def test_a_key_finds_its_party() -> None:
    company, person = a_company(), a_person()
    of_company, of_person = find_key(a_key(company)), find_key(a_key(person))
    assert of_company is not None
    assert of_person is not None
    assert (of_company.party, of_person.party) == (company, person)


@pytest.mark.parametrize("wrong", ["", "pico_", "pico_x", "x" * 10_000, "pico_ä"])
def test_what_is_no_key_finds_nothing(wrong: str) -> None:
    a_key(a_company())
    assert find_key(wrong) is None


def test_the_case_of_a_key_counts() -> None:
    assert find_key(a_key(a_company()).swapcase()) is None


def test_a_revoked_key_ends_at_once(api: Api) -> None:
    company = a_company()
    key, plain = create_key(party=company, name="CRM")
    assert api(plain).get("/products").status_code == 200

    assert revoke_key(party=company, key_id=key.pk)

    answer = api(plain).get("/products")
    assert answer.status_code == 401
    assert answer.json()["detail"] == "This key is not known, or no longer valid."
    assert not revoke_key(party=company, key_id=key.pk)


def test_nobody_revokes_the_key_of_another() -> None:
    company, person = a_company(), a_person()
    key, plain = create_key(party=company, name="CRM")

    assert not revoke_key(party=a_company(), key_id=key.pk)
    assert not revoke_key(party=person, key_id=key.pk)

    assert find_key(plain) == key


def test_a_key_expires_to_the_second(api: Api) -> None:
    key, plain = create_key(party=a_company(), name="CRM")
    Key.objects.filter(pk=key.pk).update(expires_at=NOON)

    with time_machine.travel(NOON - timedelta(seconds=1), tick=False):
        assert api(plain).get("/products").status_code == 200
    with time_machine.travel(NOON, tick=False):
        assert api(plain).get("/products").status_code == 401


def test_the_key_of_somebody_who_is_shut_out_opens_nothing(api: Api) -> None:
    person = a_person()
    plain = a_key(person)
    type(person).objects.filter(pk=person.pk).update(is_active=False)
    assert api(plain).get("/picos").status_code == 401


def test_use_is_noted_at_most_once_a_minute() -> None:
    key, plain = create_key(party=a_company(), name="CRM")
    assert key.last_used_at is None

    for seconds, noted in ((0, 0), (59, 0), (61, 61), (120, 61), (122, 122)):
        with time_machine.travel(NOON + timedelta(seconds=seconds), tick=False):
            find_key(plain)
        key.refresh_from_db()
        assert key.last_used_at == NOON + timedelta(seconds=noted)


def test_an_unknown_scope_is_refused() -> None:
    with pytest.raises(UnknownScopeError, match="unknown scope: products:delete"):
        create_key(party=a_company(), name="CRM", scopes=("products:read", "products:delete"))
    assert not Key.objects.exists()


@pytest.mark.parametrize(
    ("scopes", "reads", "writes"),
    [
        (["*"], True, True),
        (["picos:write"], True, True),
        (["picos:read"], True, False),
        (["journal:write", "products:write"], False, False),
        ([], False, False),
    ],
)
def test_writing_includes_reading_and_nothing_else_does(scopes: list[str], reads: bool, writes: bool) -> None:
    assert (allows(scopes, "picos", write=False), allows(scopes, "picos", write=True)) == (reads, writes)


def test_there_is_a_scope_to_read_and_one_to_write_for_each_area() -> None:
    assert len(SCOPES) == 1 + 2 * 8


@pytest.mark.parametrize("both", [True, False])
def test_a_key_of_nobody_or_of_two_cannot_be_kept(both: bool) -> None:
    company, person = (a_company(), a_person()) if both else (None, None)
    with pytest.raises(IntegrityError, match="key_belongs_to_one_party"), transaction.atomic():
        Key.objects.create(company=company, person=person, name="x", digest=b"x", scopes=[])


@pytest.mark.parametrize("header", ["Basic eDp5", "Bearer", "Bearer ", "Token pico_x", "pico_x", "\xff", "Bearer \x00"])
def test_a_header_without_a_key_of_ours_is_refused(header: str, api: Api) -> None:
    answer = api(None).get("/products", Authorization=header)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_s_case_does_not_count(scheme: str, api: Api) -> None:
    assert api(None).get("/products", Authorization=f"{scheme} {a_key(a_company())}").status_code == 200
