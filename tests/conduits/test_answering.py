"""The company's answer: a shared entry that is tied to what it answers."""

import datetime as dt
import json
from typing import Any
from uuid import UUID

import pytest
import time_machine

from conduits import steering
from conduits.answering import add_companys_entry, answer
from conduits.delivery.queueing import replay
from conduits.models import Conduit, Delivery
from journals.keeping import append_entry
from journals.models import Entry, Journal
from parties.errors import StateForbidsError
from picos.models import Event, Notice
from picos.scanning import record_scan
from rules.engine import draining as engine
from tests.conftest import Api
from tests.factories import a_conduit, a_member, a_pico, an_endpoint

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 21, 14, 40, tzinfo=dt.UTC)


def message_to(api: Api, conduit: Conduit, **body: Any) -> Any:
    return api(conduit.company).post(f"/conduits/{conduit.pk}/messages", {"body": "Back within 2 hours."} | body)


def a_scan(conduit: Conduit) -> UUID:
    return record_scan(pico=conduit.pico, visitor=b"12345678", person=None)


def an_entry(conduit: Conduit, visibility: str = "shared", body: str = "The sole came off.", **values: Any) -> Entry:
    return append_entry(journal=conduit.journal, **{"author": conduit.owner} | values, body=body, visibility=visibility)


def test_an_answer_is_a_shared_entry_of_the_company_s(api: Api) -> None:
    conduit = a_conduit()

    with time_machine.travel(NOW, tick=False):
        answer = message_to(api, conduit, data={"eta": "2026-11-21T16:40:00Z", "ticket": 7})

    entry = Entry.objects.get()
    assert answer.status_code == 201
    assert {**answer.json(), "at": "…"} == {
        "id": str(entry.pk),
        "author": "company",
        "author_name": conduit.company.name,
        "kind": "answer",
        "visibility": "shared",
        "body": "Back within 2 hours.",
        "data": {"eta": "2026-11-21T16:40:00Z", "ticket": 7},
        "in_reply_to": None,
        "reply_to_event": None,
        "by_rule": False,
        "pass_on": False,
        "at": "…",
        "attachments": [],
    }
    assert Notice.objects.get().text == f"{conduit.company.name} wrote: Back within 2 hours."
    event = Event.objects.get(type="conduit.message")
    assert [event.actor_kind, event.actor_id, event.depth] == ["company", conduit.company_id, 0]


def test_an_answer_ends_the_owner_s_wait(api: Api) -> None:
    conduit = a_conduit()
    an_entry(conduit)
    conduit.journal.refresh_from_db()
    assert conduit.journal.waiting_since is not None

    message_to(api, conduit)

    conduit.journal.refresh_from_db()
    assert conduit.journal.waiting_since is None


def test_an_answer_to_a_scan_names_its_event(api: Api) -> None:
    conduit = a_conduit()
    scan = a_scan(conduit)

    answer = message_to(api, conduit, in_reply_to=str(scan)).json()

    assert [answer["in_reply_to"], answer["reply_to_event"]] == [None, str(scan)]
    event = Event.objects.get(type="conduit.message")
    assert [event.cause_id, event.root_id, event.depth] == [scan, scan, 1]


def test_an_answer_to_a_webhook_names_its_event(api: Api) -> None:
    conduit = a_conduit()
    an_endpoint(conduit.company)
    scan = a_scan(conduit)
    engine.drain()
    first = Delivery.objects.get()

    answers = [message_to(api, conduit, in_reply_to=one.webhook_id).json() for one in (first, replay(first))]

    assert [answer["reply_to_event"] for answer in answers] == [str(scan)] * 2


def test_an_answer_to_an_entry_s_webhook_event_or_id_is_tied_to_the_entry(api: Api) -> None:
    conduit = a_conduit()
    an_endpoint(conduit.company, events=("journal.entry_added",))
    entry = an_entry(conduit)
    engine.drain()
    event = Event.objects.get(type="journal.entry_added")

    references = [Delivery.objects.get().webhook_id, str(event.pk), str(entry.pk)]
    answers = [message_to(api, conduit, in_reply_to=reference).json() for reference in references]

    assert [answer["in_reply_to"] for answer in answers] == [str(entry.pk)] * 3
    assert [answer["reply_to_event"] for answer in answers] == [str(event.pk), str(event.pk), None]


@pytest.mark.parametrize(
    "reference",
    [
        "019a0000-0000-7000-8000-000000000000",
        "msg_019a0000000070008000000000000000",
        "msg_019A",
        "msg_",
        "yes",
        "{}",
        "a" * 200,
    ],
)
def test_a_reference_to_nothing_is_refused(reference: str, api: Api) -> None:
    conduit = a_conduit()

    answer = message_to(api, conduit, in_reply_to=reference)

    assert answer.status_code == 422
    assert answer.json()["errors"] == {"in_reply_to": ["There is no such message, event or entry in this conduit."]}
    assert not Entry.objects.exists()


def test_what_belongs_to_another_conduit_is_no_reference_even_of_the_same_company(api: Api) -> None:
    conduit = a_conduit()
    others = a_conduit(pico=a_pico(conduit.pico.product))
    an_endpoint(conduit.company)
    scan = a_scan(others)
    entry = an_entry(others)
    engine.drain()

    for reference in (str(scan), str(entry.pk), Delivery.objects.get().webhook_id):
        assert message_to(api, conduit, in_reply_to=reference).status_code == 422
    assert list(Entry.objects.all()) == [entry]


def test_private_entries_of_either_side_are_no_reference(api: Api) -> None:
    conduit = a_conduit()
    owners, companys = an_entry(conduit, "private"), an_entry(conduit, "private", author=conduit.company)

    answers = [message_to(api, conduit, in_reply_to=str(entry.pk)) for entry in (owners, companys)]

    assert [answer.status_code for answer in answers] == [422, 422]


@pytest.mark.parametrize("status", ["paused", "closed"])
def test_nothing_can_be_answered_unless_the_conduit_is_open(status: str, api: Api) -> None:
    conduit = a_conduit()
    {"paused": steering.pause, "closed": steering.close}[status](conduit)

    answer = message_to(api, conduit)

    assert [answer.status_code, answer.json()["detail"]] == [409, f"You cannot write now: the conduit is {status}."]
    assert not Entry.objects.exists()


def test_what_the_owner_shut_a_moment_ago_stays_shut(api: Api) -> None:
    conduit = a_conduit()
    steering.pause(Conduit.objects.with_ends().get(pk=conduit.pk))
    assert conduit.status == "open"

    with pytest.raises(StateForbidsError, match="You cannot write now: the conduit is paused"):
        answer(conduit=conduit, body="Too late.")
    with pytest.raises(StateForbidsError, match="You cannot write now: the conduit is paused"):
        add_companys_entry(conduit=conduit, body="Too late.", visibility="shared")
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    "eta",
    ["2026-11-21T16:40:00Z", "2026-11-21T17:40:00+01:00", "2026-11-21 16:40+00:00", "2026-11-21T16:40:00.5Z"],
)
def test_an_eta_is_a_time_with_its_zone(eta: str, api: Api) -> None:
    with time_machine.travel(NOW, tick=False):
        assert message_to(api, a_conduit(), data={"eta": eta}).status_code == 201


@pytest.mark.parametrize(
    "eta",
    [
        "2026-11-21T16:40:00",
        "2026-11-21",
        "2026-13-21T16:40:00Z",
        "2026-11-21T16:40:00+99:99",
        "in two hours",
        "",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2126-11-21T16:40:00Z",
        1795279200,
        {"at": "2026-11-21T16:40:00Z"},
        ["2026-11-21T16:40:00Z"],
        True,
    ],
)
def test_an_eta_that_is_no_time_is_refused(eta: Any, api: Api) -> None:
    with time_machine.travel(NOW, tick=False):
        answer = message_to(api, a_conduit(), data={"eta": eta})

    assert [answer.status_code, [*answer.json()["errors"]]] == [422, ["data.eta"]]
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"body": ""}, "body"),
        ({"body": "  \n "}, "body"),
        ({"body": "a" * 10_001}, "body"),
        ({"body": "nul\0"}, "body"),
        ({"body": 5}, "body"),
        ({"data": []}, "data"),
        ({"data": {"large": "a" * 4096}}, "data"),
        ({"data": {"nul": "\0"}}, "data"),
        ({"in_reply_to": None}, "in_reply_to"),
        ({"extra": 1}, "extra"),
    ],
)
def test_a_message_that_cannot_be_taken_names_the_field(body: dict[str, Any], field: str, api: Api) -> None:
    answer = message_to(api, a_conduit(), **body)

    assert [answer.status_code, [*answer.json()["errors"]]] == [422, [field]]
    assert not Entry.objects.exists()


def test_a_repeated_message_with_one_idempotency_key_is_one_entry(api: Api) -> None:
    conduit = a_conduit()
    asking = api(conduit.company)

    answers = [
        asking.post(f"/conduits/{conduit.pk}/messages", {"body": "Once"}, **{"Idempotency-Key": "7"}) for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert json.loads(answers[0].content) == json.loads(answers[1].content)
    assert Entry.objects.count() == 1


def test_an_answer_to_a_scan_leaves_the_owner_s_question_waiting() -> None:
    conduit = a_conduit()
    append_entry(journal=conduit.journal, author=conduit.owner, body="It smokes. What now?", visibility="shared")
    waiting = Journal.objects.get().waiting_since
    answer(conduit=conduit, body="There is an outage.", in_reply_to=str(a_scan(conduit)))
    assert Journal.objects.get().waiting_since == waiting is not None
    answer(conduit=conduit, body="Unplug it.")
    assert Journal.objects.get().waiting_since is None


def test_the_same_message_of_a_program_within_a_minute_is_the_same_answer(api: Api) -> None:
    conduit = a_conduit()
    with time_machine.travel(NOW, tick=False) as clock:
        first = message_to(api, conduit, data={"ticket": 7}).json()
        assert message_to(api, conduit, data={"ticket": 7}).json() == first
        clock.shift(59)
        assert message_to(api, conduit, data={"ticket": 7}).json() == first
        assert message_to(api, conduit, data={"ticket": 8}).json()["id"] != first["id"]
        clock.shift(2)
        assert message_to(api, conduit, data={"ticket": 7}).json()["id"] != first["id"]
    assert Entry.objects.count() == Event.objects.filter(type="conduit.message").count() == 3


def test_what_has_a_key_of_its_own_or_comes_from_the_desk_is_no_repeat(api: Api) -> None:
    conduit = a_conduit()
    for key in ("1", "2"):
        api(conduit.company).post(f"/conduits/{conduit.pk}/messages", {"body": "Yes."}, **{"Idempotency-Key": key})
    for _ in range(2):
        answer(conduit=conduit, body="Yes.", agent=a_member(conduit.company).person)
    assert Entry.objects.count() == 4
    message_to(api, a_conduit(conduit.owner, a_pico(conduit.pico.product)), body="Yes.")
    assert Entry.objects.count() == 5


def test_an_answer_months_later_is_taken_also_when_what_it_answers_is_not_kept_any_more(api: Api) -> None:
    conduit = a_conduit()
    an_endpoint(conduit.company)
    scan = a_scan(conduit)
    engine.drain()
    webhook_id = Delivery.objects.get().webhook_id
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=150), tick=False):
        assert message_to(api, conduit, in_reply_to=webhook_id).json()["reply_to_event"] == str(scan)
        # As when its month is dropped (picos/retention.py).
        Delivery.objects.update(event_id="019a0000-0000-7000-8000-000000000000")
        late = message_to(api, conduit, in_reply_to=webhook_id)
    assert [late.status_code, late.json()["reply_to_event"]] == [201, None]
