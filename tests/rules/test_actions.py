"""What rules can do: each action's effect, and each reason for which it does nothing."""

import json
from typing import Any

import pytest

from conduits import steering
from conduits.delivery import draining as delivery
from conduits.delivery.endpoints import delete_endpoint
from conduits.models import Conduit, Delivery
from conduits.opening import add_thing_with_journal
from journals.keeping import append_entry
from journals.models import Entry
from picos.models import Event, Notice
from picos.scanning import record_scan
from rules.actions import actions
from rules.engine import draining as engine
from rules.models import Rule
from tests.conduits.sink import Sink
from tests.conftest import Api
from tests.factories import a_company, a_conduit, a_person, a_pico, a_product, a_rule, an_endpoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def conduit() -> Conduit:
    opened = a_conduit(a_person("Ann"), a_pico(a_product(a_company("LAMO"), name="Moccasin")))
    drain_all()
    return opened


def drain_all() -> None:
    while engine.drain():
        pass


def scan(conduit: Conduit) -> Event:
    event = Event.objects.get(pk=record_scan(pico=conduit.pico, visitor=b"12345678", person=None))
    drain_all()
    return event


def what_came_of(rule: Rule) -> list[dict[str, str]]:
    run = rule.runs.get()
    assert run.outcome == "fired"
    done: list[dict[str, str]] = run.actions
    return done


@pytest.mark.parametrize("name", sorted(actions()))
def test_an_action_lies_in_the_file_of_its_name_and_has_its_seven_names(name: str) -> None:
    module = actions()[name]

    assert module.__name__ == f"rules.actions.{name}"  # type: ignore[attr-defined]
    assert set(module.PARTIES) <= {"company", "person"}
    assert module.PARTIES
    assert issubclass(module.Settings, object)
    assert callable(module.sentence)
    assert callable(module.perform)
    assert callable(module.rehearse)
    assert isinstance(module.GATHERS, bool)
    assert callable(getattr(module, "branch", None)) is module.WAITS


def test_a_person_s_rule_tells_its_owner(conduit: Conduit) -> None:
    rule = a_rule(conduit.owner, then=[{"do": "notify_owner", "text": "{{pico.product.name}} was scanned"}])

    scan(conduit)

    notice = Notice.objects.get()
    assert [notice.person, notice.pico, notice.text] == [conduit.owner, conduit.pico, "Moccasin was scanned"]
    assert what_came_of(rule) == [
        {"do": "notify_owner", "result": "done", "detail": "You were told.", "id": str(notice.pk)}
    ]


def test_a_company_s_rule_tells_the_owner_in_its_own_name(conduit: Conduit) -> None:
    a_rule(conduit.company, then=[{"do": "notify_owner", "text": "{{owner.name}}, thank you"}])

    scan(conduit)

    assert Notice.objects.get().text == "LAMO: Somebody, thank you"


def test_a_company_s_rule_tells_nobody_through_a_conduit_that_is_not_open(conduit: Conduit) -> None:
    then = [{"do": "notify_owner", "text": "Why?"}, {"do": "post_entry", "body": "Why?"}]
    rule = a_rule(conduit.company, when={"event": "conduit.paused"}, then=then)

    steering.pause(conduit)
    drain_all()

    assert [[done["result"], done["detail"]] for done in what_came_of(rule)] == [
        ["refused", "The owner was not told: the conduit is paused."],
        ["refused", "Nothing was written: the conduit is paused."],
    ]
    assert [Notice.objects.count(), Entry.objects.count()] == [0, 0]


def test_what_nobody_owns_has_nobody_to_tell_and_no_journal() -> None:
    pico = a_pico()
    company = pico.product.company  # type: ignore[union-attr]
    rule = a_rule(company, then=[{"do": "notify_owner", "text": "Hello"}, {"do": "post_entry", "body": "Hello"}])
    record_scan(pico=pico, visitor=b"12345678", person=None)

    drain_all()

    assert [[done["result"], done["detail"]] for done in what_came_of(rule)] == [
        ["refused", "It has no owner."],
        ["refused", "Nothing was written: there is no conduit."],
    ]


def test_a_note_to_the_company_is_an_event_of_the_rule_s(conduit: Conduit) -> None:
    then = [{"do": "notify_company", "text": "{{owner.name}} has a new entry in our journal"}]
    rule = a_rule(conduit.owner, name="Tell them", then=then)

    event = scan(conduit)

    note = Event.objects.get(type="conduit.note")
    assert note.data == {"text": "Ann has a new entry in our journal", "rule": "Tell them"}
    assert [note.actor_kind, note.actor_id] == ["rule", rule.pk]
    assert [note.pico_id, note.owner_id, note.company_id] == [conduit.pico_id, conduit.owner_id, conduit.company_id]
    assert [note.cause_id, note.root_id, note.depth] == [event.pk, event.pk, 1]
    assert what_came_of(rule) == [
        {"do": "notify_company", "result": "done", "detail": "LAMO was told.", "id": str(note.pk)}
    ]


@pytest.mark.parametrize(
    ("shut", "detail"),
    [
        (lambda conduit: steering.set_grants(conduit, ["scans"]), "Nothing was sent: notes are not allowed."),
        (steering.pause, "Nothing was sent: the conduit is paused."),
        (steering.close, "Nothing was sent: the conduit is closed."),
    ],
)
def test_a_note_that_the_owner_does_not_allow_is_not_sent(shut: Any, detail: str, conduit: Conduit) -> None:
    rule = a_rule(conduit.owner, then=[{"do": "notify_company", "text": "Hello"}])
    shut(conduit)

    scan(conduit)

    assert what_came_of(rule) == [{"do": "notify_company", "result": "refused", "detail": detail, "id": ""}]
    assert not Event.objects.filter(type="conduit.note").exists()


def test_a_thing_whose_maker_is_not_here_has_nobody_to_send_a_note_to() -> None:
    owner = a_person()
    rule = a_rule(owner, then=[{"do": "notify_company", "text": "Hello"}, {"do": "post_entry", "body": "Scanned"}])
    pico = add_thing_with_journal(person=owner, name="My bicycle")
    record_scan(pico=pico, visitor=b"12345678", person=None)

    drain_all()

    assert [done["detail"] for done in what_came_of(rule)] == ["Its maker is not here.", "An entry was written."]
    assert Entry.objects.get().journal.pico == pico


@pytest.mark.parametrize("visibility", ["private", "shared"])
@pytest.mark.parametrize("side", ["owner", "company"])
def test_an_entry_is_written_in_the_name_of_the_rule_s_party(side: str, visibility: str, conduit: Conduit) -> None:
    party = conduit.owner if side == "owner" else conduit.company
    rule = a_rule(party, then=[{"do": "post_entry", "body": "{{pico.code}} was scanned", "visibility": visibility}])

    event = scan(conduit)

    entry = Entry.objects.get()
    assert [entry.author, entry.body, entry.visibility] == [party, f"{conduit.pico.code} was scanned", visibility]
    assert [entry.rule_id, entry.kind, entry.reply_to_event_id] == [rule.pk, "note", None]
    written = Event.objects.get(type="journal.entry_added")
    assert [written.actor_kind, written.actor_id, written.cause_id] == ["rule", rule.pk, event.pk]
    assert what_came_of(rule) == [
        {"do": "post_entry", "result": "done", "detail": "An entry was written.", "id": str(entry.pk)}
    ]


def test_a_rule_s_answer_ends_no_wait(conduit: Conduit) -> None:
    a_rule(
        conduit.company,
        when={"event": "journal.entry_added"},
        then=[{"do": "post_entry", "body": "We have your message."}],
        **{"if": {"field": "event.data.author", "op": "is", "value": "owner"}},
    )
    append_entry(journal=conduit.journal, author=conduit.owner, body="The sole came off.", visibility="shared")
    drain_all()

    conduit.journal.refresh_from_db()
    assert Entry.objects.count() == 2
    assert conduit.journal.waiting_since is not None


def test_an_entry_of_nothing_is_not_written(conduit: Conduit) -> None:
    rule = a_rule(conduit.owner, then=[{"do": "post_entry", "body": " {{event.data.gone}} "}])

    scan(conduit)

    assert [done["detail"] for done in what_came_of(rule)] == ["There was nothing to write."]
    assert not Entry.objects.exists()


def test_a_webhook_is_queued_for_the_endpoint(conduit: Conduit) -> None:
    endpoint = an_endpoint(conduit.company, events=("pico.found",))
    rule = a_rule(conduit.company, then=[{"do": "send_webhook", "endpoint": str(endpoint.pk)}])

    event = scan(conduit)

    queued = Delivery.objects.get()
    assert [queued.endpoint, queued.event_id, queued.event_type, queued.conduit] == [
        endpoint,
        event.pk,
        "pico.scanned",
        conduit,
    ]
    assert [queued.pico, queued.sequence, queued.state, queued.attempt_count] == [
        conduit.pico,
        event.sequence,
        "waiting",
        0,
    ]
    assert rule.version is not None
    assert queued.rule_version_id == rule.version.pk
    detail = f"A message to {endpoint.url} is on its way."
    assert what_came_of(rule) == [
        {"do": "send_webhook", "result": "done", "detail": detail, "id": str(queued.pk)},
    ]


def test_a_webhook_to_an_endpoint_that_is_gone_is_not_sent(conduit: Conduit) -> None:
    endpoint = an_endpoint(conduit.company, events=("pico.found",))
    rule = a_rule(conduit.company, then=[{"do": "send_webhook", "endpoint": str(endpoint.pk)}])
    delete_endpoint(endpoint)

    scan(conduit)

    assert [done["detail"] for done in what_came_of(rule)] == ["The endpoint is gone."]
    assert not Delivery.objects.exists()


def test_a_customer_s_note_reaches_the_company_s_server_and_the_answer_the_journal(
    conduit: Conduit, sink: Sink, api: Api
) -> None:
    """The moccasin's way, from the entry to the answer."""
    an_endpoint(conduit.company, sink.url(), ("conduit.note",))
    a_rule(
        conduit.owner,
        when={"event": "journal.entry_added"},
        then=[{"do": "notify_company", "text": "{{owner.name}} has a new entry in our journal"}],
        **{"if": {"field": "event.data.author", "op": "is", "value": "owner"}},
    )
    append_entry(journal=conduit.journal, author=conduit.owner, body="The sole came off.", visibility="shared")
    drain_all()
    delivery.drain()

    (received,) = sink.received
    assert received.json["type"] == "conduit.note"
    assert received.json["data"]["text"] == "Ann has a new entry in our journal"
    path = received.json["data"]["reply_url"].removeprefix("http://pico.test/api/v1")
    body = {"body": "The sole has a new maker.", "in_reply_to": received.id}
    answer = api(conduit.company).post(path, body)
    assert answer.status_code == 201
    assert [json.loads(answer.content)["reply_to_event"], Entry.objects.count()] == [received.json["data"]["event"], 2]


def test_whose_doing_a_notice_is_counts_for_that_company_s_limit(conduit: Conduit) -> None:
    """Its rule's, and what the owner's own rule tells of what the company or its rule did."""
    tell = [{"do": "notify_owner", "text": "Hello"}]
    a_rule(conduit.owner, name="On scans", then=tell)
    scan(conduit)
    assert Notice.objects.get().company is None

    a_rule(conduit.company, name="Theirs", then=tell)
    scan_again = record_scan(pico=conduit.pico, visitor=b"another1", person=None)
    drain_all()
    told = Notice.objects.order_by("pk").values_list("kind", "company")[1:]
    assert scan_again
    assert sorted(told, key=str) == sorted([("rule", None), ("rule", conduit.company_id)], key=str)

    Notice.objects.all().delete()
    a_rule(conduit.owner, name="On answers", when={"event": "journal.entry_added"}, then=tell)
    append_entry(journal=conduit.journal, author=conduit.company, body="Hello", visibility="shared")
    drain_all()
    answer, of_rule = Notice.objects.order_by("kind")
    assert (answer.kind, answer.company) == ("answer", conduit.company)
    assert (of_rule.kind, of_rule.company) == ("rule", conduit.company)
