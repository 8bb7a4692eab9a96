"""Who may pass which door to products, batches and picos."""

from dataclasses import replace
from typing import Any

import pytest

from conduits.opening import add_thing_with_journal
from parties.models import Company
from picos.inviting import invite_maker
from picos.models import Batch, Link, Pico
from picos.transferring import offer_transfer
from tests.conduits import doors
from tests.conduits.doors import Door
from tests.conftest import Api
from tests.factories import a_company, a_conduit, a_link, a_person, a_pico, a_product

pytestmark = pytest.mark.django_db

BOTH = ("company", "person")


def of_product(pico: Any, what: str = "") -> str:
    return f"/products/{pico.product_id if isinstance(pico, Pico) else pico}{what}"


def of_links(what: str = "") -> Any:
    return lambda pico: f"{of_product(pico)}/links{what}"


def of_link(link: Any) -> str:
    return f"{of_product(link.product_id if isinstance(link, Link) else link)}/links/{getattr(link, 'pk', link)}"


def of_batch(what: str = "") -> Any:
    return lambda pico: f"/batches/{pico.batch_id if isinstance(pico, Pico) else pico}{what}"


def of_pico(what: str = "") -> Any:
    return lambda pico: f"/picos/{pico.code if isinstance(pico, Pico) else pico}{what}"


UNKNOWN = "01a20039-9d91-730f-a1f5-ea83e5b7582b"
LINK = {"name": "Repair shop", "scope": ["entries"], "expires_in_days": 7}
OF_VALUES = [
    Door("get", "picos", BOTH, 200, of_pico("/state")),
    Door("put", "picos", BOTH, 200, of_pico("/state/mode"), {"value": 1}),
    Door("delete", "picos", BOTH, 404, of_pico("/state/none")),
    Door("get", "picos", BOTH, 200, of_pico("/state/mode/history")),
]
OF_THE_COMPANY = [
    Door("get", "products", ("company",), 200, of_product),
    Door("get", "products", ("company",), 200, of_links()),
    Door("post", "products", ("company",), 201, of_links(), {"type": "pip", "href": "https://lamo.example/"}),
    Door("get", "products", ("company",), 200, lambda pico: of_product(pico, "/copies")),
    Door("put", "products", ("company",), 200, lambda pico: of_product(pico, "/copies"), {"jumps": 9}),
    Door("get", "products", ("company",), 200, of_batch()),
    *(Door("get", "products", ("company",), 200, of_batch(f"/labels.{kind}")) for kind in ("pdf", "zpl", "csv", "zip")),
    Door("get", "picos", BOTH, 200, of_pico()),
    Door("get", "picos", BOTH, 200, of_pico("/events")),
    Door("post", "products", ("company",), 409, of_batch("/cancel")),
    Door("post", "picos", ("company",), 200, of_pico("/unlock")),
    Door("post", "picos", ("company",), 200, of_pico("/activate")),
    Door("post", "picos", BOTH, 200, of_pico("/retire")),
    Door("post", "picos", BOTH, 404, of_pico("/merge"), {"into": "0000000000002"}),
    *OF_VALUES,
]
OF_THE_OWNER = [
    Door("get", "picos", BOTH, 200, of_pico()),
    Door("get", "picos", BOTH, 200, of_pico("/events")),
    Door("post", "picos", ("person",), 200, of_pico("/lost"), {"message": "Call me"}),
    Door("put", "picos", ("person",), 409, of_pico("/lost"), {"message": "Call me"}),
    Door("post", "picos", ("person",), 409, of_pico("/recovered")),
    Door("post", "picos", ("person",), 201, of_pico("/transfer")),
    Door("delete", "picos", ("person",), 409, of_pico("/transfer")),
    Door("post", "picos", ("person",), 200, of_pico("/release")),
    Door("post", "picos", BOTH, 200, of_pico("/retire")),
    Door("post", "picos", BOTH, 404, of_pico("/merge"), {"into": "0000000000002"}),
    Door("post", "picos", ("person",), 409, of_pico("/invite")),
    Door("delete", "picos", ("person",), 409, of_pico("/invite")),
    Door("get", "journal", ("person",), 200, of_pico("/history")),
    *OF_VALUES,
    Door("get", "picos", ("person",), 200, of_pico("/channels")),
    Door("post", "picos", ("person",), 201, of_pico("/channels"), LINK),
    Door("delete", "picos", ("person",), 404, of_pico(f"/channels/{UNKNOWN}")),
    Door("get", "picos", ("person",), 404, of_pico(f"/channels/{UNKNOWN}/uses")),
]
WITHOUT_A_ROW = [
    Door("get", "products", ("company",), 200, lambda _: "/products"),
    Door("get", "products", ("company",), 200, lambda _: "/batches"),
    Door("get", "picos", BOTH, 200, lambda _: "/picos"),
    Door("post", "products", ("company",), 201, lambda _: "/products", {"name": "Moccasin", "sku": "M-1"}),
    Door("post", "products", ("company",), 422, lambda _: "/batches/import", {}),
    Door("post", "products", ("company",), 422, lambda _: "/picos/serials", {}),
    Door("get", "products", ("company",), 404, lambda _: "/company/logo"),
    Door("put", "products", ("company",), 422, lambda _: "/company/logo", {}),
    Door("delete", "products", ("company",), 404, lambda _: "/company/logo"),
    Door("post", "picos", ("person",), 201, lambda _: "/picos", {"name": "Bicycle"}),
]
OF_ORDERS = Door("post", "products", ("company",), 202, lambda _: "/batches")
OF_LINKS = Door("delete", "products", ("company",), 204, of_link)
OF_CLAIMS = Door("post", "picos", ("person",), 200, of_pico("/claim"), {})
OF_TRANSFERS = Door("post", "picos", ("person",), 200, lambda token: f"/transfers/{token}/accept")
OF_INVITATIONS = Door("post", "picos", ("company",), 200, lambda token: f"/invitations/{token}/accept")


@pytest.mark.parametrize("door", OF_THE_COMPANY, ids=str)
def test_a_door_to_what_is_a_company_s_is_open_to_it_alone(door: Door) -> None:
    pico = a_pico()
    assert pico.product
    doors.assert_refuses_everybody_else(door, pico, pico.product.company)
    doors.assert_refuses_other_tenants(door, pico, pico.product.company)
    doors.assert_admits(door, pico, pico.product.company)


@pytest.mark.parametrize("door", OF_THE_OWNER, ids=str)
def test_a_door_to_what_is_a_person_s_is_open_to_them_alone(door: Door) -> None:
    conduit = a_conduit()
    doors.assert_refuses_everybody_else(door, conduit.pico, conduit.owner)
    doors.assert_refuses_other_tenants(door, conduit.pico, conduit.owner)
    doors.assert_admits(door, conduit.pico, conduit.owner)


@pytest.mark.parametrize("door", WITHOUT_A_ROW, ids=str)
def test_a_door_without_a_row_is_open_to_its_kinds_of_party(door: Door) -> None:
    for kind in door.parties:
        party = a_company() if kind == "company" else a_person()
        doors.assert_refuses_everybody_else(door, None, party)
        doors.assert_admits(door, None, party)


def test_a_batch_is_ordered_by_the_product_s_company_alone() -> None:
    pico = a_pico()
    assert pico.product
    door = replace(OF_ORDERS, body={"product": str(pico.product_id), "count": 1})
    doors.assert_refuses_everybody_else(door, pico, pico.product.company)
    doors.assert_refuses_other_tenants(door, pico, pico.product.company)
    doors.assert_admits(door, pico, pico.product.company)


def test_a_link_is_taken_away_by_the_product_s_company_alone() -> None:
    link = a_link(a_product())
    doors.assert_refuses_everybody_else(OF_LINKS, link, link.product.company)
    doors.assert_refuses_other_tenants(OF_LINKS, link, link.product.company)
    doors.assert_admits(OF_LINKS, link, link.product.company)
    assert not Link.objects.exists()


def test_a_claim_is_open_to_every_person() -> None:
    pico = a_pico()
    doors.assert_refuses_everybody_else(OF_CLAIMS, pico, a_person())
    doors.assert_admits(OF_CLAIMS, pico, a_person())


def test_a_transfer_is_open_to_every_person_with_its_secret() -> None:
    conduit = a_conduit()
    token = offer_transfer(pico=conduit.pico, owner=conduit.owner).token
    doors.assert_refuses_everybody_else(OF_TRANSFERS, token, a_person())
    doors.assert_refuses_other_tenants(OF_TRANSFERS, "x", a_person())
    doors.assert_admits(OF_TRANSFERS, token, a_person())


def test_an_invitation_is_open_to_every_company_with_its_secret() -> None:
    owner, product = a_person(), a_product()
    bicycle = add_thing_with_journal(person=owner, name="Bicycle")
    token = invite_maker(pico=bicycle, owner=owner).token
    door = replace(OF_INVITATIONS, body={"product": str(product.pk)})
    doors.assert_refuses_everybody_else(door, token, product.company)
    doors.assert_refuses_other_tenants(door, token, product.company)
    doors.assert_admits(door, token, product.company)


@pytest.mark.parametrize("what", ["", "/events", "/journal"])
def test_somebody_else_s_pico_is_to_the_byte_what_there_is_not(what: str, api: Api) -> None:
    theirs, unknown = a_conduit().pico.code, "0000000000002"
    assert not Pico.objects.filter(code=unknown).exists()
    for asker in (a_company(), a_person()):
        asking = api(asker)
        answers = [asking.get(f"/picos/{code}{what}") for code in (theirs, unknown, "x")]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content for answer in answers}) == 1
        assert len({str(sorted(answer.headers.items())) for answer in answers}) == 1


def test_somebody_else_s_batch_or_product_is_to_the_byte_what_there_is_not(api: Api) -> None:
    pico = a_pico()
    asking = api(a_company())
    for what, theirs in (("products", pico.product_id), ("batches", pico.batch_id)):
        answers = [asking.get(f"/{what}/{pk}") for pk in (theirs, "01a20039-9d91-730f-a1f5-ea83e5b7582b")]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content


def test_a_company_that_is_nobody_s_counterpart_sees_empty_lists(api: Api) -> None:
    conduit = a_conduit()
    other: Company = a_company()
    for path in ("/picos", "/products", "/batches", "/conduits"):
        assert api(other).get(path).json() == {"results": [], "next": None}
    for name, value in (
        ("product", conduit.pico.product_id),
        ("batch", conduit.pico.batch_id),
        ("q", conduit.pico.code),
    ):
        assert api(other).get("/picos", {name: str(value)}).json()["results"] == []
    assert Batch.objects.count() == 1
