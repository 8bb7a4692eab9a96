"""Withdrawing from terms: nothing passes until others are agreed, and what its owner paused no company opens."""

from typing import Any

import pytest

from conduits import steering
from conduits.delivery import draining as delivery
from conduits.models import Conduit, Proffer
from conduits.terms import proffering
from conduits.terms.stances import proposal
from parties.errors import StateForbidsError
from picos.models import Event, Notice
from picos.scanning import record_scan
from rules.engine import draining as engine
from tests.conduits.sink import Sink
from tests.conftest import Api
from tests.factories import a_conduit, an_endpoint

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("by", ["person", "company"])
def test_after_a_withdrawal_nothing_passes_until_other_terms_are_agreed(by: str, api: Api, sink: Sink) -> None:
    conduit = a_conduit()
    an_endpoint(conduit.company, sink.url(), ("*",))
    party: Any = {"person": conduit.owner, "company": conduit.company}[by]

    answer = api(party).post(f"/conduits/{conduit.pk}/terms/withdraw")

    assert [answer.status_code, answer.json()["status"], answer.json()["terms"]] == [200, "waiting", None]
    record_scan(pico=conduit.pico, visitor=b"12345678", person=None)
    while engine.drain() or delivery.drain():
        pass
    assert "pico.scanned" not in sink.types
    # In whatever order they arrived: the endpoint asked for none.
    assert sink.types.count("conduit.terms_withdrawn") == 1
    assert Notice.objects.filter(person=conduit.owner).count() == (1 if by == "company" else 0)
    again = api(party).post(f"/conduits/{conduit.pk}/terms/withdraw")
    assert [again.status_code, again.json()["detail"]] == [409, "There are no terms to withdraw from."]
    anew = api(conduit.owner).post(f"/conduits/{conduit.pk}/terms/proffer", {"preferred": "SD-BASE"})
    assert anew.json()["status"] == "open"
    assert Event.objects.filter(type="conduit.opened").count() == 1


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
