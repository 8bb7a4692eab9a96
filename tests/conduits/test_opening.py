"""A claim opens a conduit: journal, agreement, default grants and two events, all or none of it."""

from unittest.mock import patch

import pytest

from conduits.models import Conduit, Proffer, SigningKey, Terms
from conduits.models.conduit import Grant
from journals.models import Journal
from picos.models import Event, Pico
from tests.conduits.at_once import at_once
from tests.conftest import Api, ApiClient
from tests.factories import a_company, a_conduit, a_key, a_person, a_pico, a_product


@pytest.mark.django_db
def test_a_claim_opens_a_conduit_under_the_default_terms_and_grants(api: Api) -> None:
    person, pico = a_person(), a_pico(a_product(a_company("LAMO Footwear")))

    answer = api(person).post(f"/picos/{pico.code}/claim")

    assert answer.status_code == 200
    conduit = Conduit.objects.get()
    assert answer.json()["conduit"] == str(conduit.pk)
    assert api(person).get(f"/conduits/{conduit.pk}").json() == {
        "id": str(conduit.pk),
        "pico": pico.code,
        "company": "LAMO Footwear",
        "status": "open",
        "grants": ["scans", "entries", "notes"],
        "scope": [grant.value for grant in Grant],
        "terms": Terms.objects.get().sha256,
        "opened_at": conduit.opened_at.isoformat().replace("+00:00", "Z"),
        "closed_at": None,
    }
    assert conduit.journal == Journal.objects.get(pico=pico, owner=person, closed_at=None)


@pytest.mark.django_db
def test_the_claim_causes_the_opening() -> None:
    conduit = a_conduit()

    claimed, agreed, opened = Event.objects.order_by("sequence")

    assert [claimed.type, agreed.type, opened.type] == ["pico.claimed", "conduit.terms_agreed", "conduit.opened"]
    assert agreed.cause_id == claimed.pk
    assert opened.cause_id == claimed.pk
    assert opened.root_id == claimed.pk
    assert opened.depth == 1
    assert {claimed.owner_id, opened.owner_id} == {conduit.owner_id}
    assert {claimed.company_id, opened.company_id} == {conduit.company_id}
    assert opened.data == {"conduit": str(conduit.pk), "terms": Terms.objects.get().sha256}


@pytest.mark.django_db
def test_what_belongs_to_somebody_cannot_be_claimed(api: Api) -> None:
    owner, other = a_person(), a_person()
    pico = a_conduit(owner).pico

    again = api(owner).post(f"/picos/{pico.code}/claim")
    others = api(other).post(f"/picos/{pico.code}/claim")

    assert [again.status_code, again.json()["detail"]] == [409, "It is yours already."]
    assert [others.status_code, others.json()["detail"]] == [409, "It belongs to somebody already."]
    assert Conduit.objects.get().owner == owner
    assert Event.objects.filter(type="pico.claimed").count() == 1


@pytest.mark.django_db
def test_a_claim_that_fails_half_way_leaves_nothing(api: Api) -> None:
    person, pico = a_person(), a_pico()

    with (
        patch("conduits.terms.proffering.record_agreement", side_effect=RuntimeError("the lights went out")),
        pytest.raises(RuntimeError),
    ):
        api(person).post(f"/picos/{pico.code}/claim")

    pico.refresh_from_db()
    assert [pico.status, pico.owner] == ["minted", None]
    assert [table.objects.count() for table in (Conduit, Journal, Terms, Event, Proffer, SigningKey)] == [0] * 6


@pytest.mark.django_db(transaction=True)
def test_of_two_who_claim_at_once_one_gets_the_conduit_and_the_other_a_409() -> None:
    pico = a_pico()
    clients = [ApiClient(a_key(a_person())) for _ in range(4)]

    answers = at_once(*(lambda client=client: client.post(f"/picos/{pico.code}/claim") for client in clients))

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert Conduit.objects.count() == 1
    assert Journal.objects.count() == 1
    assert list(Event.objects.values_list("type", flat=True)) == [
        "pico.claimed",
        "conduit.terms_agreed",
        "conduit.opened",
    ]


@pytest.mark.django_db
def test_a_thing_whose_maker_is_not_here_has_a_journal_and_no_conduit(api: Api) -> None:
    person = a_person()

    answer = api(person).post("/picos", {"name": "My bicycle", "company_name": "Diamant"})

    assert answer.status_code == 201
    pico = Pico.objects.get()
    assert [pico.name, pico.company_name, pico.owner] == ["My bicycle", "Diamant", person]
    assert Journal.objects.get().company is None
    assert not Conduit.objects.exists()
    written = api(person).post(f"/picos/{pico.code}/journal", {"body": "New chain.", "visibility": "private"})
    assert written.status_code == 201
