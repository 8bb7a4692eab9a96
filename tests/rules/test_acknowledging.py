"""An owner says that they have read a notice: an event of their own side, of which their rules tell whom they like."""

from typing import Any

import pytest

from conduits.models import AccessLine, Advisory, Conduit, Delivery
from picos.models import Event
from rules import gallery
from rules.engine.draining import drain
from rules.gallery.inputs import choices
from rules.subscriptions import subscribed_events
from rules.writing import write_rule
from tests.conftest import Api
from tests.factories import a_company, a_conduit, a_pico, an_advisory, an_endpoint

pytestmark = pytest.mark.django_db

ACKNOWLEDGED = "advisory.acknowledged"


@pytest.fixture
def conduit() -> Conduit:
    return a_conduit()


@pytest.fixture
def recall(conduit: Conduit) -> Advisory:
    return an_advisory(conduit.company, scope={"product": conduit.pico.product_id})


def read(api: Api, conduit: Conduit, advisory: Advisory) -> None:
    path = f"/picos/{conduit.pico.code}/advisories/{advisory.pk}/acknowledge"
    assert api(conduit.owner).post(path).status_code == 204
    while drain():
        pass


def told() -> list[dict[str, Any]]:
    return list(Event.objects.filter(type=ACKNOWLEDGED).order_by("sequence").values_list("data", flat=True))


def test_it_names_the_thing_and_the_notice_once_for_each_wording(api: Api, conduit: Conduit, recall: Advisory) -> None:
    other = a_conduit(conduit.owner, a_pico(conduit.pico.product))
    for one in (conduit, conduit, other):
        read(api, one, recall)

    event = Event.objects.get(type=ACKNOWLEDGED)
    assert [event.pico_id, event.owner_id, event.actor_id] == [conduit.pico_id, conduit.owner_id, conduit.owner_id]
    said = {"advisory": str(recall.pk), "title": "Recall of lot 26-03", "severity": "high"}
    assert told() == [said | {"revision": 1}]
    new = {"title": "Recall of lots 26-03 and 26-04", "body": "Send them back.", "severity": "high"}
    api(conduit.company).put(f"/advisories/{recall.pk}", new)
    read(api, other, recall)
    assert told()[1:] == [said | {"title": new["title"], "revision": 2}]


def test_its_company_gets_no_byte_of_it(api: Api, conduit: Conduit, recall: Advisory) -> None:
    endpoint = an_endpoint(conduit.company, events=("*",))
    read(api, conduit, recall)

    assert ACKNOWLEDGED not in subscribed_events(endpoint)
    assert not Delivery.objects.filter(event_type=ACKNOWLEDGED).exists()
    seen = api(conduit.company).get(f"/picos/{conduit.pico.code}/events").json()["results"]
    assert ACKNOWLEDGED not in {one["type"] for one in seen}
    assert not AccessLine.objects.filter(what=ACKNOWLEDGED).exists()


def test_no_rule_of_a_company_waits_for_it_in_vain(api: Api, conduit: Conduit) -> None:
    definition = {
        "name": "Who read it",
        "when": {"any": [{"event": "pico.scanned"}, {"event": ACKNOWLEDGED}]},
        "then": [{"do": "notify_owner", "text": "Thank you."}],
    }
    answer = api(conduit.company).post("/rules", definition)
    assert [answer.status_code, answer.json()["errors"]] == [
        422,
        {"when": ["advisory.acknowledged is its owner's matter; no company's rule meets it."]},
    ]
    hook = {"url": "http://127.0.0.1:9/hook", "events": [ACKNOWLEDGED]}
    assert api(conduit.company).post("/endpoints", hook).status_code == 422
    assert api(conduit.owner).post("/rules", definition).status_code == 201


@pytest.mark.parametrize("thing", ["", "this"])
def test_by_the_ready_made_rule_its_owner_tells_the_maker_which_thing_it_is(
    thing: str, api: Api, conduit: Conduit, recall: Advisory
) -> None:
    text = "{{owner.name}} has read it for {{pico.product.name}} {{pico.code}}."
    filled = gallery.fill_in("recall_acknowledged", thing=thing and conduit.pico.code, text=text)
    write_rule(party=conduit.owner, definition=filled)
    an_endpoint(conduit.company, events=("conduit.note",))

    read(api, conduit, recall)

    note = Event.objects.get(type="conduit.note")
    assert note.data["text"] == f"Ann has read it for Moccasin {conduit.pico.code}."
    assert Delivery.objects.get().event_id == note.pk


def test_no_company_is_offered_in_a_blank_what_its_rules_never_meet() -> None:
    offered = dict(choices("event", a_company()) or [])
    assert "advisory.published" in offered
    assert ACKNOWLEDGED not in offered
