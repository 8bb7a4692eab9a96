"""Withdrawing from terms while the line is paused: what its owner shut, no company opens."""

import pytest

from conduits import steering
from conduits.models import Conduit, Proffer
from conduits.terms import proffering
from conduits.terms.stances import proposal
from parties.errors import StateForbidsError
from picos.models import Notice
from tests.conftest import Api
from tests.factories import a_conduit

pytestmark = pytest.mark.django_db


@pytest.fixture
def paused() -> Conduit:
    """It stands on terms; its owner has offered others, which wait, and then paused it."""
    conduit = a_conduit()
    proffering.proffer(conduit=conduit, proposal=proposal("PDC-AI", "PDC-GOOD"))
    steering.pause(conduit)
    return conduit


@pytest.mark.parametrize("verb", ["accept", "counter"])
def test_a_company_opens_no_paused_line_by_withdrawing_and_then_agreeing(verb: str, paused: Conduit, api: Api) -> None:
    assert api(paused.company).post(f"/conduits/{paused.pk}/terms/withdraw").status_code == 200

    answer = api(paused.company).post(f"/conduits/{paused.pk}/terms/{verb}")

    assert [answer.status_code, answer.json()["detail"]] == [409, "No terms wait for your answer."]
    assert [Conduit.objects.get().status, Proffer.objects.latest("pk").state] == ["waiting", "withdrawn"]
    assert Notice.objects.latest("pk").text.endswith(
        "sees nothing any more. As you had paused it, what you offered waits no longer: offer it anew if you like."
    )


def test_its_owner_opens_it_by_offering_anew(paused: Conduit) -> None:
    proffering.withdraw(conduit=paused, by="company")

    proffering.proffer(conduit=paused, proposal=proposal("SD-BASE"))

    assert Conduit.objects.get().status == "open"


def test_what_waits_beside_an_open_line_waits_on_when_the_company_withdraws() -> None:
    conduit = a_conduit()
    proffering.proffer(conduit=conduit, proposal=proposal("PDC-AI"))
    proffering.withdraw(conduit=conduit, by="company")

    proffering.accept(conduit=conduit)

    assert Conduit.objects.get().status == "open"
    with pytest.raises(StateForbidsError):
        proffering.accept(conduit=conduit)
