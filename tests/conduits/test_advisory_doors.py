"""Who may pass which door to advisories."""

from typing import Any

import pytest

from conduits.models import Conduit
from parties.models import Company, Person
from tests.conduits import doors
from tests.conduits.doors import Door
from tests.factories import a_company, a_conduit, a_person, a_pico, a_product, an_advisory

pytestmark = pytest.mark.django_db

SAID = {"title": "Recall", "body": "Send them back.", "severity": "high"}


def of_advisory(what: str = "") -> Any:
    return lambda advisory: f"/advisories/{getattr(advisory, 'pk', advisory)}{what}"


def of_thing(what: str = "") -> Any:
    def path(conduit: Any) -> str:
        if not isinstance(conduit, Conduit):
            return f"/picos/{conduit}/advisories{what.format(id=conduit)}"
        return f"/picos/{conduit.pico.code}/advisories{what.format(id=conduit.company.advisories.get().pk)}"

    return path


OF_COMPANY = [
    Door("get", "advisories", ("company",), 200, of_advisory()),
    Door("put", "advisories", ("company",), 200, of_advisory(), SAID),
    Door("post", "advisories", ("company",), 200, of_advisory("/all-clear")),
    Door("post", "advisories", ("company",), 200, of_advisory("/withdraw")),
]
LISTS = [
    Door("get", "advisories", ("company",), 200, lambda _: "/advisories"),
    Door("post", "advisories", ("company",), 201, lambda _: "/advisories", SAID | {"scope": {"region": "DE"}}),
]
OF_THING = [
    Door("get", "picos", ("person",), 200, of_thing()),
    Door("post", "picos", ("person",), 204, of_thing("/{id}/acknowledge")),
]
WISH = [
    Door("get", "advisories", ("person",), 200, lambda _: "/me/advisories"),
    Door("put", "advisories", ("person",), 200, lambda _: "/me/advisories", {"tell": "all"}),
]


@pytest.mark.parametrize("door", [*OF_COMPANY, *LISTS], ids=str)
def test_a_company_s_doors(door: Door) -> None:
    company = a_company()
    advisory = an_advisory(company, scope={"region": "FR"})
    doors.assert_refuses_everybody_else(door, advisory, company)
    if door in OF_COMPANY:
        doors.assert_refuses_other_tenants(door, advisory, company)
    doors.assert_admits(door, advisory, company)


@pytest.mark.parametrize("door", OF_THING, ids=str)
def test_an_owner_s_doors(door: Door) -> None:
    company = a_company()
    conduit = a_conduit(pico=a_pico(a_product(company)))
    an_advisory(company, scope={"product": conduit.pico.product_id})
    doors.assert_refuses_everybody_else(door, conduit, conduit.owner)
    doors.assert_refuses_other_tenants(door, conduit, conduit.owner)
    doors.assert_admits(door, conduit, conduit.owner)


@pytest.mark.parametrize("door", WISH, ids=str)
def test_a_person_s_doors(door: Door) -> None:
    party: Company | Person = a_person()
    doors.assert_refuses_everybody_else(door, None, party)
    doors.assert_admits(door, None, party)
