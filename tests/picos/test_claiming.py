"""Claiming: a person becomes the owner, once, and never against another."""

import pytest
from django.db import IntegrityError, transaction

from conduits.models import Conduit
from journals.models import Journal
from picos.models import Event, Pico
from tests.conduits.at_once import at_once
from tests.conftest import Api, ApiClient
from tests.factories import a_conduit, a_key, a_person, a_pico

pytestmark = pytest.mark.django_db


def test_a_claim_makes_an_owner_a_journal_and_a_conduit(api: Api) -> None:
    pico, person = a_pico(), a_person()
    answer = api(person).post(f"/picos/{pico.code.lower()}/claim")

    assert answer.status_code == 200
    pico.refresh_from_db()
    assert (pico.status, pico.owner) == ("claimed", person)
    conduit, journal = Conduit.objects.get(), Journal.objects.get()
    assert answer.json()["conduit"] == str(conduit.pk)
    assert (conduit.journal, journal.owner, journal.closed_at) == (journal, person, None)
    claimed, _, opened = Event.objects.order_by("sequence")
    assert (claimed.type, claimed.owner_id, claimed.actor_id) == ("pico.claimed", person.pk, person.pk)
    assert (opened.type, opened.cause_id, opened.depth) == ("conduit.opened", claimed.pk, 1)


@pytest.mark.parametrize(
    ("status", "why"), [("claimed", "It belongs to somebody already."), ("lost", "It belongs to somebody already.")]
)
def test_what_has_an_owner_is_409(status: str, why: str, api: Api) -> None:
    conduit = a_conduit()
    Pico.objects.update(status=status)
    answer = api(a_person()).post(f"/picos/{conduit.pico.code}/claim")
    assert (answer.status_code, answer.json()["detail"]) == (409, why)
    conduit.pico.refresh_from_db()
    assert conduit.pico.owner == conduit.owner


def test_what_is_yours_already_is_409(api: Api) -> None:
    conduit = a_conduit()
    answer = api(conduit.owner).post(f"/picos/{conduit.pico.code}/claim")
    assert (answer.status_code, answer.json()["detail"]) == (409, "It is yours already.")


def test_what_is_retired_is_409(api: Api) -> None:
    pico = a_pico()
    Pico.objects.update(status="retired")
    answer = api(a_person()).post(f"/picos/{pico.code}/claim")
    assert (answer.status_code, answer.json()["detail"]) == (409, "This one is retired.")
    assert not Event.objects.exists()


def test_an_unknown_code_is_404(api: Api) -> None:
    assert api(a_person()).post("/picos/0000000000002/claim").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_those_who_claim_at_once_one_becomes_the_owner() -> None:
    pico = a_pico()
    keys = [a_key(a_person()) for _ in range(5)]
    answers = at_once(*[lambda key=key: ApiClient(key).post(f"/picos/{pico.code}/claim") for key in keys])
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    assert (Conduit.objects.count(), Journal.objects.count()) == (1, 1)
    assert Event.objects.filter(type="pico.claimed").count() == 1


@pytest.mark.parametrize(
    "state",
    [{"status": "claimed"}, {"status": "lost"}, {"status": "broken"}, {"product": None}],
)
def test_a_state_that_contradicts_itself_cannot_be_kept(state: dict[str, str | None]) -> None:
    pico = a_pico()
    with pytest.raises(IntegrityError), transaction.atomic():
        Pico.objects.filter(pk=pico.pk).update(**state)


def test_an_unclaimed_pico_has_no_owner() -> None:
    conduit = a_conduit()
    with pytest.raises(IntegrityError, match="a claimed pico never becomes minted"), transaction.atomic():
        Pico.objects.filter(pk=conduit.pico_id).update(status="minted")
