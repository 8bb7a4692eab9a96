"""Minting: exact counts, serials in order, safe to break off anywhere and to run twice at once."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.utils import timezone
from uuid_utils.compat import uuid7

from parties.errors import RefusedError
from picos import bell, minting
from picos.codes import new_code, parse_code
from picos.minting import mint, order_batch
from picos.models import Batch, GivenSerials, Pico, Product
from picos.tasks import mint_batches
from tests.conduits.at_once import at_once
from tests.conftest import Api
from tests.factories import a_company, a_person, a_pico, a_product, picos

pytestmark = pytest.mark.django_db


def test_a_batch_is_ordered_and_minted_by_a_worker(
    api: Api, rung: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    product = a_product()
    asking = api(product.company)
    with django_capture_on_commit_callbacks(execute=True):
        answer = asking.post("/batches", {"product": str(product.pk), "count": 3})

    batch = Batch.objects.get()
    shown = {
        "id": str(batch.pk),
        "product": str(product.pk),
        "state": "queued",
        "minted": 0,
        "count": 3,
        "pattern": "",
        "first_number": None,
        "lot": "",
        "per_second": None,
        "seconds_left": None,
        "created_at": batch.created_at.isoformat().replace("+00:00", "Z"),
        "finished_at": None,
    }
    assert (answer.status_code, answer.json()) == (202, shown)
    assert rung == [bell.MINTING]
    assert not Pico.objects.exists()

    mint_batches()

    batch.refresh_from_db()
    assert batch.finished_at is not None
    finished = batch.finished_at.isoformat().replace("+00:00", "Z")
    done = {"state": "done", "minted": 3, "per_second": batch.per_second, "finished_at": finished}
    assert asking.get(f"/batches/{batch.pk}").json() == shown | done
    assert Pico.objects.filter(batch=batch, product=product, status="minted", owner=None, serial="").count() == 3


def test_while_it_is_minted_it_tells_how_fast_and_how_long_still() -> None:
    batch = order_batch(product=a_product(), count=1000)
    now = timezone.now()
    for minted, seconds, told in [(0, 5, (None, None)), (100, 10, (10, 90)), (300, 10, (30, 24)), (1, 10, (0, None))]:
        batch.minted, batch.started_at, batch.state = minted, now - timedelta(seconds=seconds), "minting"
        with time_machine.travel(now, tick=False):
            assert (batch.per_second, batch.seconds_left) == told


def test_each_code_is_a_code_and_none_is_there_twice() -> None:
    codes = [pico.code for pico in picos(200)]
    assert len(set(codes)) == 200
    assert [parse_code(code) for code in codes] == codes


def test_serials_are_given_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minting, "CHUNK", 7)
    serials = [f"LAMO-{number}" for number in range(50, 0, -1)]
    assert [pico.serial for pico in picos(50, serials=serials)] == serials


@pytest.mark.parametrize("chunk", [1, 3, 4, 5, 10, 100])
def test_the_count_is_exact_whatever_the_size_of_a_chunk(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minting, "CHUNK", chunk)
    assert len(picos(10)) == 10
    assert Batch.objects.get().minted == 10


@pytest.mark.django_db(transaction=True)
def test_minting_that_was_killed_between_chunks_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minting, "CHUNK", 4)
    serials = [f"S-{number:02}" for number in range(10)]
    batch = order_batch(product=a_product(), count=10, serials=serials)
    whole, copied = minting._copy, []

    def killed_in_the_third(batch: Batch, serials: Any) -> None:
        whole(batch, serials)
        copied.append(len(serials))
        if len(copied) == 3:
            raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(minting, "_copy", killed_in_the_third)
        with pytest.raises(KeyboardInterrupt):
            mint(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.minted, Pico.objects.count()) == ("minting", 8, 8)

    mint_batches()

    batch.refresh_from_db()
    assert (batch.state, batch.minted) == ("done", 10)
    assert list(Pico.objects.order_by("pk").values_list("serial", flat=True)) == serials


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_mint_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minting, "CHUNK", 3)
    batch = order_batch(product=a_product(), count=20, serials=[str(number) for number in range(20)])

    assert at_once(*[lambda: mint(batch.pk)] * 3) == [None] * 3

    batch.refresh_from_db()
    assert (batch.state, batch.minted, Pico.objects.count()) == ("done", 20, 20)


def test_minting_it_again_changes_nothing() -> None:
    picos(3)
    mint(Batch.objects.get().pk)
    mint_batches()
    assert (Pico.objects.count(), Batch.objects.get().minted) == (3, 3)


def test_of_a_cancelled_batch_no_more_is_minted(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minting, "CHUNK", 4)
    product = a_product()
    batch = order_batch(product=product, count=6, serials=list("abcdef"))
    assert minting._mint_chunk(batch.pk)
    asking = api(product.company)

    answer = asking.post(f"/batches/{batch.pk}/cancel")

    assert (answer.status_code, answer.json()["state"], answer.json()["minted"]) == (200, "cancelled", 4)
    mint(batch.pk)
    mint_batches()
    assert sorted(Pico.objects.values_list("serial", flat=True)) == list("abcd")
    assert not GivenSerials.objects.exists()
    again = asking.post(f"/batches/{batch.pk}/cancel")
    assert (again.status_code, again.json()["detail"]) == (409, "It is not being minted any more.")
    # What was not minted is free again.
    assert [pico.serial for pico in picos(2, product, serials=["e", "f"])] == ["e", "f"]


def test_what_is_minted_cannot_be_cancelled(api: Api) -> None:
    picos(2, product := a_product())
    answer = api(product.company).post(f"/batches/{Batch.objects.get().pk}/cancel")
    assert (answer.status_code, answer.json()["detail"]) == (409, "It is minted already.")
    assert Batch.objects.get().state == "done"


@pytest.mark.django_db(transaction=True)
def test_a_pico_s_product_and_batch_are_there_and_belong_together() -> None:
    (pico,) = picos()
    (other,) = picos()
    owned = {"product": None, "name": "x", "status": "claimed", "owner": a_person(), "claimed_at": timezone.now()}
    for wrong in ({"product": uuid7()}, {"batch": uuid7()}, {"batch": other.batch_id}, owned):
        with pytest.raises(IntegrityError, match="a pico is of a product"):
            Pico.objects.filter(pk=pico.pk).update(**wrong)
    values = {"code": new_code(), "product_id": uuid7(), "batch_id": pico.batch_id}
    with pytest.raises(IntegrityError, match="a pico is of a product"):
        Pico.objects.create(**values)
    for table, pk in (("picos_product", pico.product_id), ("picos_batch", pico.batch_id)):
        with pytest.raises(IntegrityError, match=f"{table} has picos"), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table} WHERE id = %s", [pk])
    assert Pico.objects.count() == 2


def test_a_batch_that_cannot_be_minted_keeps_no_other_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = order_batch(product=a_product(), count=1), order_batch(product=a_product(), count=2)
    whole = minting._copy

    def failing(batch: Batch, serials: Any) -> None:
        if batch.pk == bad.pk:
            raise OSError("no space left")
        whole(batch, serials)

    monkeypatch.setattr(minting, "_copy", failing)
    mint_batches()

    states = dict(Batch.objects.values_list("pk", "state"))
    assert states == {bad.pk: "queued", good.pk: "done"}


@pytest.mark.parametrize(
    ("count", "serials", "why"),
    [
        (3, ["a", "b"], "Serials: 2; copies: 3. Each copy needs one."),
        (1, ["a", "b"], "Serials: 2; copies: 1. Each copy needs one."),
        (2, ["a", "a"], "a is there twice."),
        (2, ["a", " a "], "a is there twice."),
        (1, ["taken"], "Serial taken is taken."),
        (1, ["waiting"], "Serial waiting is taken."),
    ],
)
def test_serials_that_do_not_fit_are_422_at_their_field(count: int, serials: list[str], why: str, api: Api) -> None:
    product = a_product()
    picos(1, product, serials=["taken"])
    order_batch(product=product, count=1, serials=["waiting"])
    answer = api(product.company).post("/batches", {"product": str(product.pk), "count": count, "serials": serials})
    assert (answer.status_code, answer.json()["errors"]) == (422, {"serials": [why]})
    assert Batch.objects.count() == 2


@pytest.mark.parametrize("serial", ["", " ", "x" * 51, "a\0b"])
def test_a_serial_that_is_none_is_422_at_its_place(serial: str, api: Api) -> None:
    product = a_product()
    answer = api(product.company).post("/batches", {"product": str(product.pk), "count": 2, "serials": ["a", serial]})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["serials.1"])
    assert not Batch.objects.exists()


def test_another_product_may_have_the_same_serials() -> None:
    company = a_company()
    for _ in range(2):
        assert len(picos(2, a_product(company), serials=["1", "2"])) == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_batches_with_the_same_serials_at_once_one_is_taken() -> None:
    product = a_product()
    results = at_once(*[lambda: order_batch(product=product, count=2, serials=["1", "2"])] * 3)
    assert sorted(type(result).__name__ for result in results) == ["Batch", "RefusedError", "RefusedError"]
    mint_batches()
    assert list(Pico.objects.order_by("pk").values_list("serial", flat=True)) == ["1", "2"]


def test_nobody_mints_another_company_s_product(api: Api) -> None:
    product = a_product()
    answer = api(a_company()).post("/batches", {"product": str(product.pk), "count": 1})
    assert (answer.status_code, Batch.objects.count()) == (404, 0)


@pytest.mark.parametrize("count", [0, -1, 5_000_001])
def test_the_verb_refuses_a_wrong_count_too(count: int) -> None:
    with pytest.raises(RefusedError, match="A batch has 1 to 5,000,000 copies.") as refused:
        order_batch(product=a_product(), count=count)
    assert refused.value.field == "count"


def test_batches_are_listed_newest_first_without_their_serials(api: Api, django_assert_num_queries: Any) -> None:
    product = a_product()
    for number in range(3):
        picos(1, product, serials=[str(number)])
    a_product()
    asking = api(product.company)
    with django_assert_num_queries(4) as asked:
        answer = asking.get("/batches")
    assert [row["id"] for row in answer.json()["results"]] == [str(b.pk) for b in Batch.objects.order_by("-pk")]
    assert "serials" not in asked.captured_queries[-1]["sql"]


def test_the_command_mints_while_you_wait() -> None:
    product = a_product()
    out = io.StringIO()
    call_command("mint", str(product.pk), "25", stdout=out)
    said = json.loads(out.getvalue())
    assert (said["batch"], said["minted"]) == (str(Batch.objects.get().pk), 25)
    assert product.picos.count() == 25


def test_the_command_waits_for_the_worker_that_took_the_batch_first(monkeypatch: pytest.MonkeyPatch) -> None:
    product, whole, runs = a_product(), minting.mint, []

    def taken(batch_id: Any) -> None:
        runs.append(batch_id)
        if len(runs) == 3:
            whole(batch_id)

    monkeypatch.setattr(minting, "mint", taken)
    out = io.StringIO()
    call_command("mint", str(product.pk), "5", stdout=out)
    assert (json.loads(out.getvalue())["minted"], len(runs)) == (5, 3)


@pytest.mark.parametrize(("count", "why"), [("0", "A batch has 1 to 5,000,000 copies."), ("-5", None)])
def test_the_command_tells_in_a_sentence_what_cannot_be_minted(count: str, why: str | None) -> None:
    with pytest.raises(CommandError, match=why):
        call_command("mint", str(a_product().pk), count)
    with pytest.raises(CommandError, match="There is no such product."):
        call_command("mint", "01a20039-9d91-730f-a1f5-ea83e5b7582b", "1")
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    ("values", "constraint"), [({"state": "lost"}, "batch_state_is_known"), ({"count": 0}, "batch_has_copies")]
)
def test_the_database_has_no_such_batch(values: dict[str, Any], constraint: str) -> None:
    order_batch(product=a_product(), count=1)
    with pytest.raises(IntegrityError, match=constraint):
        Batch.objects.update(**values)


@pytest.mark.parametrize("policy", Product.ClaimPolicy.values)
def test_the_tests_own_copy_is_as_a_minted_one(policy: str) -> None:
    def rows(pico: Pico) -> list[dict[str, Any]]:
        own = {"id", "code", "batch_id", "pin_key", "created_at", "started_at", "finished_at"}
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT to_jsonb(one), to_jsonb(batch) FROM picos_pico one"
                " JOIN picos_batch batch ON batch.id = one.batch_id WHERE one.id = %s",
                [pico.pk],
            )
            made = [json.loads(row) if isinstance(row, str) else row for row in cursor.fetchall()[0]]
        return [{name: bool(value) if name in own else value for name, value in row.items()} for row in made]

    product = a_product(claim_policy=policy)
    ours, minted = a_pico(product), picos(1, product)[0]
    assert rows(ours) == rows(minted)
    assert ours._state.fields_cache.keys() == minted._state.fields_cache.keys()
