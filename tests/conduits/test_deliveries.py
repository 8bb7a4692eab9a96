"""The log of deliveries: finding messages, reading their attempts, sending one once more."""

from typing import Any

import pytest

from conduits import steering
from conduits.delivery import draining as delivery
from conduits.delivery.endpoints import send_test
from conduits.delivery.queueing import replay
from conduits.delivery.switching import disable
from conduits.models import Attempt, Conduit, Delivery
from conduits.models.conduit import Grant
from picos.scanning import record_scan
from rules.engine import draining as engine
from tests.conduits.sink import Sink, says_in_turn
from tests.conftest import Api
from tests.factories import a_company, a_conduit, a_person, an_endpoint

pytestmark = pytest.mark.django_db


def a_scan_delivered(conduit: Conduit) -> Delivery:
    event = record_scan(pico=conduit.pico, visitor=b"12345678", person=None)
    engine.drain()
    delivery.drain()
    return Delivery.objects.get(event_id=event, replay_of=None)


def test_a_message_is_shown_with_its_text_and_each_attempt(api: Api, sink: Sink) -> None:
    company = a_company()
    message = send_test(an_endpoint(company, sink.url()))
    sink.answer = says_in_turn(500, 200)
    for _ in range(2):
        Delivery.objects.update(next_attempt_at=message.created_at)
        delivery.drain()

    shown = api(company).get(f"/deliveries/{message.pk}").json()

    message.refresh_from_db()
    first, second = Attempt.objects.order_by("number")
    assert shown == {
        "id": str(message.pk),
        "webhook_id": message.webhook_id,
        "endpoint": str(message.endpoint_id),
        "type": "endpoint.test",
        "event": str(message.event_id),
        "state": "delivered",
        "attempt_count": 2,
        "next_attempt_at": None,
        "created_at": rfc3339(message.created_at),
        "finished_at": rfc3339(message.finished_at),
        "replay_of": None,
        "problem": "",
        "body": sink.received[1].body.decode(),
        "attempts": [
            {
                "number": 1,
                "at": rfc3339(first.at),
                "duration_ms": first.duration_ms,
                "status": 500,
                "error": "It answered 500.",
                "answer": "",
            },
            {
                "number": 2,
                "at": rfc3339(second.at),
                "duration_ms": second.duration_ms,
                "status": 200,
                "error": "",
                "answer": "",
            },
        ],
    }


def rfc3339(at: Any) -> str:
    return str(at.isoformat()).replace("+00:00", "Z")


def test_a_company_lists_its_own_messages_newest_first_by_endpoint_and_state(api: Api, sink: Sink) -> None:
    company = a_company()
    left, right = an_endpoint(company, sink.url()), an_endpoint(company, "http://127.0.0.1:9/hook")
    old, waiting, new = send_test(left), send_test(right), send_test(left)
    send_test(an_endpoint(a_company(), sink.url()))
    delivery.drain()

    def listed(query: str = "") -> list[str]:
        return [one["id"] for one in api(company).get(f"/deliveries{query}").json()["results"]]

    assert listed() == [str(new.pk), str(waiting.pk), str(old.pk)]
    assert listed(f"?endpoint={left.pk}") == [str(new.pk), str(old.pk)]
    assert listed("?state=waiting") == [str(waiting.pk)]
    assert listed(f"?endpoint={left.pk}&state=waiting") == []


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("state=lost", 422, "state"),
        ("state=%00", 422, "state"),
        ("endpoint=mine", 422, "endpoint"),
        ("endpoint=019a0000-0000-7000-8000-000000000000", 404, None),
        ("limit=0", 422, "limit"),
        ("limit=201", 422, "limit"),
        ("cursor=x", 422, "cursor"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(query: str, status: int, field: str | None, api: Api) -> None:
    answer = api(a_company()).get(f"/deliveries?{query}")

    assert answer.status_code == status
    assert [*answer.json().get("errors", {})] == ([field] if field else [])


def test_a_list_takes_as_many_queries_for_many_as_for_few(api: Api, django_assert_max_num_queries: Any) -> None:
    company = a_company()
    endpoint = an_endpoint(company)
    for _ in range(30):
        send_test(endpoint)
    asking = api(company)

    with django_assert_max_num_queries(5):
        assert len(asking.get("/deliveries").json()["results"]) == 30


def test_a_replay_is_a_new_message_linked_to_the_old_one(api: Api, sink: Sink) -> None:
    conduit = a_conduit()
    an_endpoint(conduit.company, sink.url())
    old = a_scan_delivered(conduit)

    answer = api(conduit.company).post(f"/deliveries/{old.pk}/replay")

    new = Delivery.objects.get(replay_of=old)
    assert answer.status_code == 201
    assert [answer.json()["id"], answer.json()["replay_of"], answer.json()["state"]] == [
        str(new.pk),
        str(old.pk),
        "waiting",
    ]
    delivery.drain()
    assert [one.id for one in sink.received] == [old.webhook_id, new.webhook_id]
    assert sink.received[0].body == sink.received[1].body
    assert [line.outcome for line in conduit.access_lines.all()] == ["sent", "sent"]
    old.refresh_from_db()
    assert [old.state, old.attempt_count] == ["delivered", 1]


def test_a_message_can_be_replayed_again_and_a_replay_too(sink: Sink) -> None:
    conduit = a_conduit()
    an_endpoint(conduit.company, sink.url())
    old = a_scan_delivered(conduit)

    again = replay(old)
    replay(replay(old))
    delivery.drain()

    assert len({one.id for one in sink.received}) == 4
    assert again.replay_of == old


def test_what_a_replay_may_say_is_decided_anew(sink: Sink) -> None:
    conduit = a_conduit(a_person("Ann", "ann@example.com"))
    an_endpoint(conduit.company, sink.url())
    old = a_scan_delivered(conduit)

    steering.set_grants(conduit, [Grant.SCANS, Grant.CONTACT])
    replay(old)
    delivery.drain()
    steering.pause(conduit)
    refused = replay(old)
    delivery.drain()

    assert ["owner" in one.json["data"] for one in sink.received] == [False, True]
    refused.refresh_from_db()
    assert [refused.state, refused.body] == ["refused", ""]


def test_a_test_message_can_be_replayed(sink: Sink) -> None:
    message = send_test(an_endpoint(a_company(), sink.url()))
    delivery.drain()
    replay(message)
    delivery.drain()

    assert sink.received[0].body == sink.received[1].body
    assert sink.received[0].id != sink.received[1].id


def test_a_replay_to_a_disabled_endpoint_waits(sink: Sink) -> None:
    message = send_test(an_endpoint(a_company(), sink.url()))
    delivery.drain()
    disable(message.endpoint, reason="It answered 410 Gone.")

    again = replay(message)

    assert delivery.drain() == 0
    again.refresh_from_db()
    assert again.state == "waiting"
