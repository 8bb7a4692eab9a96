"""A conduit begins with its opening: what lay before stays dark, though pico, owner and company are the same."""

import pytest

from conduits import steering
from conduits.leaving import release_and_close
from conduits.models import AccessLine, Conduit, Delivery
from conduits.models.conduit import Grant
from picos.scanning import record_scan
from rules.engine.draining import drain
from tests.conftest import Api
from tests.factories import a_conduit, an_endpoint

pytestmark = pytest.mark.django_db


def scan(conduit: Conduit, number: int) -> str:
    return str(record_scan(pico=conduit.pico, visitor=bytes([number] * 8), person=None))


def again(conduit: Conduit, api: Api) -> Conduit:
    """The same owner gives it up and claims it again."""
    release_and_close(pico=conduit.pico, owner=conduit.owner)
    assert api(conduit.owner).post(f"/picos/{conduit.pico.code}/claim").status_code == 200
    return Conduit.objects.with_ends().get(status="open")


def test_a_second_claim_does_not_show_what_a_closed_conduit_hid(api: Api) -> None:
    conduit = a_conduit()
    scan(conduit, 1)
    company = api(conduit.company)
    steering.close(conduit)
    scan(conduit, 2)
    assert company.get(f"/picos/{conduit.pico.code}/events").json()["results"] == []

    later = scan(again(conduit, api), 3)

    scans = company.get(f"/picos/{conduit.pico.code}/events", {"type": "pico.scanned"}).json()["results"]
    assert [event["id"] for event in scans] == [later]


def test_an_event_that_waited_is_decided_by_the_conduit_of_its_time(api: Api) -> None:
    conduit = a_conduit()
    an_endpoint(conduit.company, events=("pico.scanned", "conduit.closed", "pico.claimed"))
    drain()
    Delivery.objects.all().delete()
    steering.close(conduit)
    hidden = scan(conduit, 1)
    second = again(conduit, api)
    scan(second, 2)

    drain()

    sent = Delivery.objects.order_by("sequence").values_list("event_type", "conduit_id")
    assert list(sent) == [
        ("conduit.closed", conduit.pk),
        ("pico.claimed", second.pk),
        ("pico.scanned", second.pk),
    ]
    refused = AccessLine.objects.get(outcome="refused", what_id=hidden)
    assert (refused.conduit_id, refused.reason) == (conduit.pk, "the conduit is closed")


def test_values_from_before_are_not_read_either(api: Api) -> None:
    conduit = a_conduit()
    owner, company, path = api(conduit.owner), api(conduit.company), f"/picos/{conduit.pico.code}/state/size"
    assert owner.put(path, {"value": 41}).status_code == 200
    second = again(conduit, api)
    steering.grant(second, Grant.STATE)
    assert owner.put(path, {"value": 42}).status_code == 200
    changes = company.get(f"{path}/history").json()["results"]
    assert [change["value"] for change in changes] == [42]
