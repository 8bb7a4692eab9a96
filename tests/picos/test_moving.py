"""What can follow what in a pico's life: one table, which the database knows, too."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from picos.models import Pico
from picos.moving import MOVES
from tests.factories import a_person, a_pico

pytestmark = pytest.mark.django_db

Status = Pico.Status


def a_pico_that_is(status: Status) -> Pico:
    pico = a_pico()
    for step in [Status.CLAIMED, status] if status == Status.LOST else [status]:
        owner = a_person() if step in {Status.CLAIMED, Status.LOST} else None
        Pico.objects.filter(pk=pico.pk).update(status=step, owner=owner, claimed_at=timezone.now())
    return pico


@pytest.mark.parametrize("target", list(Status))
@pytest.mark.parametrize("status", list(Status))
def test_the_database_refuses_the_moves_that_the_table_does_not_have(status: Status, target: Status) -> None:
    pico = a_pico_that_is(status)
    owner = a_person() if target in {Status.CLAIMED, Status.LOST} else None
    changes = {"status": target, "owner": owner, "claimed_at": timezone.now()}
    if status == target or target in MOVES[status]:
        assert Pico.objects.filter(pk=pico.pk).update(**changes) == 1
        return
    with pytest.raises(IntegrityError, match=f"a {status} pico never becomes {target}"), transaction.atomic():
        Pico.objects.filter(pk=pico.pk).update(**changes)


def test_what_is_retired_stays_retired() -> None:
    assert MOVES[Status.RETIRED] == frozenset()


def test_what_is_retired_has_no_owner() -> None:
    pico = a_pico()
    with pytest.raises(IntegrityError, match="pico_status_agrees_with_owner"), transaction.atomic():
        Pico.objects.filter(pk=pico.pk).update(status=Status.RETIRED, owner=a_person())


def test_a_thing_without_a_maker_never_waits_for_an_owner() -> None:
    pico = a_pico()
    with pytest.raises(IntegrityError, match="pico_without_product_is_somebodys"), transaction.atomic():
        Pico.objects.filter(pk=pico.pk).update(product=None, name="A chair")
