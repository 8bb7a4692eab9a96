"""Claim PINs: kept nowhere, five tries, whoever asks and however many at once."""

import json

import pytest
from django.db import connection

from parties.vault import open_sealed
from picos.models import Batch, Pico
from picos.pins import is_pin_of, pin_of
from tests.conduits.at_once import at_once
from tests.conftest import Api, ApiClient
from tests.factories import a_key, a_person, a_pico, a_product, picos

WRONG = {"pin": ["This PIN is not the one that came with it."]}


def a_pico_with_a_pin() -> Pico:
    return a_pico(a_product(claim_policy="pin"))


def right_pin(pico: Pico) -> str:
    assert pico.batch
    return pin_of(pico.batch, pico.code)


def wrong_pin(pico: Pico) -> str:
    return f"{(int(right_pin(pico)) + 1) % 10**6:06}"


@pytest.mark.django_db
def test_the_right_pin_claims(api: Api) -> None:
    pico = a_pico_with_a_pin()
    answer = api(a_person()).post(f"/picos/{pico.code}/claim", {"pin": f" {right_pin(pico)} "})
    assert (answer.status_code, answer.json()["status"]) == (200, "open")


@pytest.mark.django_db
def test_without_the_pin_it_is_asked_for_and_no_try_is_used(api: Api) -> None:
    pico = a_pico_with_a_pin()
    for body in ({}, {"pin": ""}, {"pin": "  "}):
        answer = api(a_person()).post(f"/picos/{pico.code}/claim", body)
        assert (answer.status_code, list(answer.json()["errors"])) == (422, ["pin"])
    pico.refresh_from_db()
    assert (pico.status, pico.pin_tries) == ("minted", 0)


@pytest.mark.django_db
def test_what_cannot_be_a_pin_is_no_try(api: Api) -> None:
    pico = a_pico_with_a_pin()
    for pin in ("12", "1234567", "12345a", "\u0661\u0662\u0663\u0664\u0665\u0666"):
        answer = api(a_person()).post(f"/picos/{pico.code}/claim", {"pin": pin})
        assert (answer.status_code, answer.json()["errors"]) == (422, {"pin": ["A PIN has 6 figures."]})
    pico.refresh_from_db()
    assert pico.pin_tries == 0
    pin = right_pin(pico)
    assert api(a_person()).post(f"/picos/{pico.code}/claim", {"pin": f" {pin[:3]} {pin[3:]}"}).status_code == 200


@pytest.mark.django_db
def test_five_wrong_tries_lock_it_for_the_right_pin_too(api: Api) -> None:
    pico = a_pico_with_a_pin()
    wrong = "This PIN is not the one that came with it. "
    said = [f"{wrong}{left} more {'tries' if left > 1 else 'try'}." for left in (4, 3, 2, 1)]
    for sentence in [*said, f"{wrong}After 5 wrong ones it is locked; its maker can help."]:
        answer = api(a_person()).post(f"/picos/{pico.code}/claim", {"pin": wrong_pin(pico)})
        assert (answer.status_code, answer.json()["errors"]) == (422, {"pin": [sentence]})

    answer = api(a_person()).post(f"/picos/{pico.code}/claim", {"pin": right_pin(pico)})

    assert answer.status_code == 409
    assert answer.json()["detail"] == "Claiming this is locked after 5 wrong PINs. Its maker can help."
    pico.refresh_from_db()
    assert (pico.status, pico.owner) == ("minted", None)


@pytest.mark.django_db
def test_its_maker_gives_the_tries_back(api: Api) -> None:
    pico = a_pico_with_a_pin()
    Pico.objects.update(pin_tries=5)
    assert pico.product
    assert api(pico.product.company).post(f"/picos/{pico.code}/unlock").status_code == 200
    assert api(a_person()).post(f"/picos/{pico.code}/claim", {"pin": right_pin(pico)}).status_code == 200


@pytest.mark.django_db
def test_the_fifth_try_may_be_the_right_one(api: Api) -> None:
    pico = a_pico_with_a_pin()
    for _ in range(4):
        api(a_person()).post(f"/picos/{pico.code}/claim", {"pin": wrong_pin(pico)})
    assert api(a_person()).post(f"/picos/{pico.code}/claim", {"pin": right_pin(pico)}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_ten_tries_at_once_are_five_tries() -> None:
    pico = a_pico_with_a_pin()
    keys = [a_key(a_person()) for _ in range(10)]
    body = {"pin": wrong_pin(pico)}

    def attempt(key: str, number: int) -> int:
        headers = {"Idempotency-Key": "k"} if number % 2 else {}
        status: int = ApiClient(key).post(f"/picos/{pico.code}/claim", body, **headers).status_code
        return status

    statuses = at_once(*[lambda key=key, number=number: attempt(key, number) for number, key in enumerate(keys)])

    assert sorted(statuses) == [409] * 5 + [422] * 5
    pico.refresh_from_db()
    assert pico.pin_tries == 5


@pytest.mark.django_db(transaction=True)
def test_of_those_who_have_the_right_pin_at_once_one_gets_it() -> None:
    pico = a_pico_with_a_pin()
    keys = [a_key(a_person()) for _ in range(4)]
    body = {"pin": right_pin(pico)}

    answers = at_once(*[lambda key=key: ApiClient(key).post(f"/picos/{pico.code}/claim", body) for key in keys])

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


@pytest.mark.django_db
def test_no_pin_is_kept_in_the_database() -> None:
    first, second = picos(2, a_product(claim_policy="pin"))
    pins = {right_pin(first), right_pin(second)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(p) || to_jsonb(b) FROM picos_pico p JOIN picos_batch b ON b.id = p.batch_id")
        kept = [json.loads(row[0]) for row in cursor.fetchall()]
    for row in kept:
        assert not pins & {str(value) for value in row.values()}
    key = open_sealed(Batch.objects.get().pin_key)
    assert key not in json.dumps(kept)


@pytest.mark.django_db
def test_each_pico_has_a_pin_of_its_own_that_never_changes() -> None:
    rows = picos(50, a_product(claim_policy="pin"))
    pins = [right_pin(pico) for pico in rows]
    assert len(set(pins)) > 45
    assert pins == [right_pin(pico) for pico in Pico.objects.order_by("pk")]
    assert all(len(pin) == 6 and pin.isdecimal() for pin in pins)
    assert is_pin_of(rows[0], pins[0])
    assert not is_pin_of(rows[0], pins[1])


@pytest.mark.django_db
@pytest.mark.parametrize("pin", ["٠" * 6, "é", "x" * 21, "\0", "\ud800", "000000 OR 1=1"])
def test_a_pin_of_any_characters_is_only_wrong(pin: str, api: Api) -> None:
    pico = a_pico_with_a_pin()
    answer = api(a_person()).send("POST", f"/picos/{pico.code}/claim", json.dumps({"pin": pin}).encode())
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["pin"])


@pytest.mark.django_db
def test_a_pin_for_what_needs_none_is_no_error(api: Api) -> None:
    assert api(a_person()).post(f"/picos/{a_pico().code}/claim", {"pin": "123456"}).status_code == 200
