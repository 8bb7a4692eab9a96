"""Why a rule acted, or did not."""

from typing import Any

import pytest

from conduits import steering
from conduits.leaving import release_and_close
from conduits.models import Conduit
from picos.models import Event
from picos.scanning import record_scan
from rules.engine import draining as engine
from rules.models import Run
from rules.writing import disable_rule
from tests.conftest import Api
from tests.dashboards.world import browser
from tests.factories import a_conduit, a_person, a_pico, a_product, a_rule, an_endpoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def conduit() -> Conduit:
    return a_conduit()


def a_scan(conduit: Conduit, region: str = "") -> Event:
    visitor = str(Event.objects.count()).encode()
    return Event.objects.get(pk=record_scan(pico=conduit.pico, visitor=visitor, person=None, region=region))


def drain_all() -> None:
    while engine.drain():
        pass


def why(api: Api, party: Any, rule: Any, event: Event) -> str:
    answer = api(party).get(f"/rules/{rule.pk}/why/{event.pk}")
    assert answer.status_code == 200, answer.content
    said: str = answer.json()["why"]
    return said


def test_it_acted(api: Api, conduit: Conduit) -> None:
    rule = a_rule(conduit.owner)
    event = a_scan(conduit)
    assert why(api, conduit.owner, rule, event) == "It has not been handled yet; that takes a moment."
    drain_all()
    answer = api(conduit.owner).get(f"/rules/{rule.pk}/why/{event.pk}").json()

    assert [answer["why"], answer["run"]["id"]] == ["It acted.", str(Run.objects.get().pk)]


def test_its_conditions_did_not_hold_leaf_by_leaf(api: Api, conduit: Conduit) -> None:
    rule = a_rule(conduit.owner, **{"if": {"field": "pico.status", "op": "is", "value": "lost"}})
    event = a_scan(conduit)
    drain_all()
    answer = api(conduit.owner).get(f"/rules/{rule.pk}/why/{event.pk}").json()

    assert answer["why"] == "Its conditions did not hold."
    assert answer["compared"] == [
        {"field": "pico.status", "op": "is", "value": "lost", "seen": "claimed", "result": False}
    ]


def test_they_never_met(api: Api, conduit: Conduit) -> None:
    other = a_conduit(conduit.owner, a_pico(conduit.pico.product))
    event = a_scan(conduit, region="DE-BY")
    drain_all()
    later = a_rule(conduit.owner)
    lost = a_rule(conduit.owner, when={"event": "pico.lost"})
    elsewhere = a_rule(conduit.owner, when={"event": "pico.scanned", "where": {"region": "FR"}})
    another = a_rule(conduit.owner, on={"picos": [other.pico.code]})

    assert why(api, conduit.owner, later, event) == "The rule was written after it happened."
    assert (
        why(api, conduit.owner, lost, event) == "It acts when it is reported lost, not when the code on it is scanned."
    )
    assert why(api, conduit.owner, elsewhere, event) == "It waits for such an event with other values."
    assert why(api, conduit.owner, another, event) == "It does not watch this thing."


def test_it_was_switched_off(api: Api, conduit: Conduit) -> None:
    rule = a_rule(conduit.owner)
    disable_rule(rule)
    event = a_scan(conduit)
    drain_all()

    assert why(api, conduit.owner, rule, event) == "It was switched off then."


def test_of_a_thing_that_was_given_away_since_it_says_why_too(api: Api, conduit: Conduit) -> None:
    rule = a_rule(conduit.owner, on={"picos": [conduit.pico.code]})
    disable_rule(rule)
    event = a_scan(conduit)
    drain_all()
    release_and_close(pico=conduit.pico, owner=conduit.owner)

    assert why(api, conduit.owner, rule, event) == "It was switched off then."
    assert "It was switched off then." in browser(conduit.owner).get(f"/rules/{rule.pk}/missed").content.decode()


@pytest.mark.parametrize("noun", ["products", "batches", "picos"])
def test_it_does_not_watch_this_one(noun: str, api: Api, conduit: Conduit) -> None:
    other = a_pico(a_product(conduit.company))
    named = {"products": str(other.product_id), "batches": str(other.batch_id), "picos": other.code}
    rule = a_rule(conduit.company, on={noun: [named[noun]]})
    event = a_scan(conduit)
    drain_all()

    assert why(api, conduit.company, rule, event) == "It does not watch this thing."


def test_nobody_learns_of_what_is_not_theirs_to_see(api: Api, conduit: Conduit) -> None:
    mine, companys, strangers = a_rule(conduit.owner), a_rule(conduit.company), a_rule(stranger := a_person())
    event = a_scan(conduit)
    drain_all()
    steering.set_grants(conduit, [])

    for party, rule in ((conduit.company, companys), (stranger, strangers), (stranger, mine)):
        assert api(party).get(f"/rules/{rule.pk}/why/{event.pk}").status_code == 404
    assert api(None).get(f"/rules/{mine.pk}/why/{event.pk}").status_code == 401


def test_a_run_tells_what_became_of_its_messages_and_what_led_to_it(api: Api, conduit: Conduit) -> None:
    endpoint = an_endpoint(conduit.company)
    event = a_scan(conduit)
    drain_all()
    run = endpoint.subscription.runs.get(event_id=event.pk)

    shown = api(conduit.company).get(f"/runs/{run.pk}").json()

    assert shown["actions"][0]["delivery"] == {"state": "waiting", "attempts": 0}
    assert [cause["type"] for cause in shown["caused_by"]] == ["pico.scanned"]
    assert shown["waits_until"] is None
