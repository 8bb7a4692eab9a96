"""Asking the maker of a thing in, who learns nothing until it accepts."""

from datetime import UTC, datetime, timedelta

import pytest

from conduits.models import Conduit
from parties.models import Person
from picos.inviting import invite_maker
from picos.models import Event, Invitation, Notice, Pico
from tests.conduits.at_once import at_once
from tests.conftest import Api, ApiClient
from tests.factories import a_conduit, a_key, a_person, a_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Person:
    return a_person("Ann")


@pytest.fixture
def bicycle(api: Api, owner: Person) -> Pico:
    api(owner).post("/picos", {"name": "Grandpa’s bicycle", "company_name": "Brook"})
    return Pico.objects.get()


def test_an_invitation_is_a_secret_of_which_a_hash_is_kept(api: Api, owner: Person, bicycle: Pico) -> None:
    answer = api(owner).post(f"/picos/{bicycle.code}/invite", {"expires_in_days": 30})
    assert answer.status_code == 201
    assert answer.json()["url"] == f"http://pico.test/invitations/{answer.json()['token']}"
    assert answer.json()["token"].encode() not in bytes(Invitation.objects.get().token_digest)
    assert api(owner).delete(f"/picos/{bicycle.code}/invite").status_code == 204
    again = api(owner).delete(f"/picos/{bicycle.code}/invite")
    assert (again.status_code, again.json()["detail"]) == (409, "Nobody is invited.")


def test_who_accepts_becomes_the_maker_and_reads_what_is_shared_from_then_on(
    api: Api, owner: Person, bicycle: Pico
) -> None:
    api(owner).post(f"/picos/{bicycle.code}/journal", {"body": "Before", "visibility": "shared"})
    token = invite_maker(pico=bicycle, owner=owner).token
    product = a_product(name="Roadster")
    answer = api(product.company).post(f"/invitations/{token}/accept", {"product": str(product.pk)})

    conduit = Conduit.objects.get()
    assert (answer.status_code, answer.json()) == (200, {"pico": bicycle.code, "conduit": str(conduit.pk)})
    assert (conduit.owner, conduit.company, conduit.grants) == (owner, product.company, ["scans", "entries", "notes"])
    bicycle.refresh_from_db()
    assert (bicycle.product, bicycle.status, bicycle.company_name) == (product, "claimed", "")
    api(owner).post(f"/picos/{bicycle.code}/journal", {"body": "After", "visibility": "shared"})
    company = api(product.company)
    entries = company.get(f"/picos/{bicycle.code}/journal").json()["results"]
    assert [entry["body"] for entry in entries] == ["After"]
    assert company.get(f"/picos/{bicycle.code}").json()["name"] is None
    assert [event["type"] for event in company.get(f"/picos/{bicycle.code}/events").json()["results"]] == [
        "pico.connected",
        "conduit.terms_agreed",
        "conduit.opened",
        "journal.entry_added",
    ]
    history = api(owner).get(f"/picos/{bicycle.code}/history").json()["results"]
    assert [entry["body"] for entry in history] == ["Before"]
    connected, _, opened = Event.objects.filter(company_id=product.company_id).order_by("sequence")[:3]
    assert (connected.type, connected.owner, connected.actor_kind) == ("pico.connected", owner, "company")
    assert (opened.type, opened.cause_id) == ("conduit.opened", connected.pk)
    assert "is there for your Grandpa’s bicycle" in Notice.objects.get(person=owner).text


def test_a_maker_that_is_here_needs_no_invitation(api: Api) -> None:
    conduit = a_conduit()
    answer = api(conduit.owner).post(f"/picos/{conduit.pico.code}/invite")
    assert (answer.status_code, answer.json()["detail"]) == (409, "LAMO Footwear is here already.")
    assert not Invitation.objects.exists()


def test_secrets_that_do_not_work_and_products_of_others_are_404(api: Api, owner: Person, bicycle: Pico) -> None:
    product = a_product()
    replaced, token = (invite_maker(pico=bicycle, owner=owner).token for _ in range(2))
    asking = api(product.company)
    others = {"product": str(a_product().pk)}
    assert asking.post(f"/invitations/{token}/accept", others).status_code == 404
    Invitation.objects.update(created_at=datetime.now(UTC) - timedelta(days=9), expires_at=datetime.now(UTC))
    answers = [
        asking.post(f"/invitations/{secret}/accept", {"product": str(product.pk)}) for secret in ("x", replaced, token)
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}
    assert Pico.objects.get().product is None


def test_a_new_owner_s_thing_has_no_invitation_of_the_old_one(api: Api, owner: Person, bicycle: Pico) -> None:
    invite_maker(pico=bicycle, owner=owner)
    token = api(owner).post(f"/picos/{bicycle.code}/transfer").json()["token"]
    api(a_person()).post(f"/transfers/{token}/accept")
    assert not Invitation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_makers_at_once_one_is_it() -> None:
    owner = a_person()
    code = ApiClient(a_key(owner)).post("/picos", {"name": "Bicycle"}).json()["code"]
    token = invite_maker(pico=Pico.objects.get(code=code), owner=owner).token
    products = [a_product() for _ in range(3)]
    keys = [a_key(product.company) for product in products]

    def accepting(key: str, product: object) -> object:
        return lambda: ApiClient(key).post(f"/invitations/{token}/accept", {"product": str(product)}).status_code

    asked = [accepting(key, product.pk) for key, product in zip(keys, products, strict=True)]
    assert sorted(at_once(*asked)) == [200, 404, 404]  # type: ignore[arg-type]
    assert Conduit.objects.count() == 1
