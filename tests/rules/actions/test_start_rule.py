"""The action that starts another rule of the same party."""

from typing import Any

import pytest

from conduits.models import Conduit, Delivery
from journals.models import Entry
from parties.errors import RefusedError
from picos.models import Event
from rules.actions import start_rule as action
from rules.language.sentences import sentence_of
from rules.models import Rule
from rules.writing import definition_of, delete_rule, disable_rule, parse_definition, rewrite_rule
from tests.conftest import Api
from tests.factories import a_company, a_rule, an_endpoint
from tests.rules.actions.acting import events, scan, what_came_of
from tests.rules.moments import a_meeting

pytestmark = pytest.mark.django_db

NEVER = {"event": "pico.retired"}
NOTE: dict[str, Any] = {"do": "post_entry", "body": "{{event.type}} in {{event.data.region}}", "visibility": "private"}


def starts(rule: Rule) -> list[dict[str, Any]]:
    return [{"do": "start_rule", "rule": str(rule.pk)}]


@pytest.mark.parametrize("side", ["owner", "company"])
def test_the_started_rule_meets_the_event_that_its_starter_met(side: str, conduit: Conduit) -> None:
    party = conduit.owner if side == "owner" else conduit.company
    started = a_rule(party, name="Note it", when=NEVER, then=[NOTE])
    starter = a_rule(party, then=starts(started))

    event = scan(conduit)

    assert Entry.objects.get().body == "pico.scanned in"
    assert what_came_of(starter) == [["done", "The rule “Note it” was started."]]
    record = Event.objects.get(type="rule.started")
    assert record.data == {
        "author": side,
        "visibility": "private",
        "rule": "A rule",
        "starts": str(started.pk),
        "met": str(event.pk),
    }
    run = started.runs.get()
    assert [run.event_id, run.root_id, record.cause_id, record.depth] == [record.pk, event.pk, event.pk, 1]


def test_its_conditions_are_asked_about_that_event(conduit: Conduit) -> None:
    when = {"if": {"field": "event.type", "op": "is", "value": "pico.scanned"}}
    holds = a_rule(conduit.owner, when=NEVER, **when)
    not_so = a_rule(conduit.owner, when=NEVER, **{"if": {"field": "event.type", "op": "is", "value": "rule.started"}})
    a_rule(conduit.owner, then=starts(holds) + starts(not_so))

    scan(conduit)

    assert [holds.runs.get().outcome, not_so.runs.get().outcome] == ["fired", "not_matched"]


def test_one_that_is_started_by_a_started_one_meets_the_same_event(conduit: Conduit) -> None:
    last = a_rule(conduit.owner, when=NEVER, then=[NOTE])
    middle = a_rule(conduit.owner, when=NEVER, then=starts(last))
    a_rule(conduit.owner, then=starts(middle))

    scan(conduit)

    assert Entry.objects.get().body == "pico.scanned in"


def test_a_started_rule_sends_that_event_to_the_endpoint(conduit: Conduit) -> None:
    endpoint = an_endpoint(conduit.company, events=("pico.lost",))
    sender = a_rule(conduit.company, when=NEVER, then=[{"do": "send_webhook", "endpoint": str(endpoint.pk)}])
    a_rule(conduit.company, then=starts(sender))

    event = scan(conduit)

    assert Delivery.objects.get().event_id == event.pk


def test_nothing_else_meets_what_starts_a_rule(conduit: Conduit) -> None:
    """None can be written that waits for it, on either side."""
    started = a_rule(conduit.owner, when=NEVER)
    for party in (conduit.owner, conduit.company):
        with pytest.raises(RefusedError, match="rule.started is for the rule alone that it names; it starts no other."):
            a_rule(party, when={"any": [{"event": "pico.lost"}, {"event": "rule.started"}]})
    an_endpoint(conduit.company, events=("*",))
    a_rule(conduit.owner, then=starts(started))

    scan(conduit)

    assert started.runs.count() == 1
    assert not Delivery.objects.filter(event_type="rule.started").exists()


def test_the_version_of_now_is_started(conduit: Conduit) -> None:
    started = a_rule(conduit.owner, when=NEVER)
    a_rule(conduit.owner, then=starts(started))
    raw = definition_of(started.version).as_json() | {"then": [NOTE]}  # type: ignore[arg-type]
    rewrite_rule(started, definition=parse_definition(raw))

    scan(conduit)

    assert started.runs.get().version.number == 2


@pytest.mark.parametrize(
    ("end", "detail"),
    [(disable_rule, "The rule “Note it” is switched off."), (delete_rule, "The rule is gone.")],
)
def test_a_rule_that_is_off_is_not_started(end: Any, detail: str, conduit: Conduit) -> None:
    started = a_rule(conduit.owner, name="Note it", when=NEVER)
    starter = a_rule(conduit.owner, then=starts(started))
    end(started)

    scan(conduit)

    assert what_came_of(starter) == [["refused", detail]]
    assert events("rule.started") == []


def test_rules_that_start_each_other_come_to_an_end(conduit: Conduit) -> None:
    one = a_rule(conduit.owner, name="One")
    other = a_rule(conduit.owner, name="Other", when=NEVER, then=starts(one))
    rewrite_rule(one, definition=parse_definition(definition_of(one.version).as_json() | {"then": starts(other)}))  # type: ignore[arg-type]

    scan(conduit)

    one.refresh_from_db()
    other.refresh_from_db()
    assert sorted([one.status, other.status]) == ["enabled", "paused"]
    assert len(events("rule.started")) == 9


def test_another_party_s_rule_cannot_be_started(conduit: Conduit, api: Api) -> None:
    theirs = a_rule(conduit.owner)
    body = {"name": "A", "when": {"event": "pico.scanned"}, "then": starts(theirs)}

    for company in (conduit.company, a_company()):
        answer = api(company).post("/rules", body)
        assert [answer.status_code, answer.json()["errors"]] == [422, {"then.0.rule": ["You have no such rule."]}]


def test_a_sentence_names_the_rule_and_tells_namesakes_apart(conduit: Conduit) -> None:
    one = a_rule(conduit.owner, name="Note it")

    def sentence(rule: Rule) -> str:
        raw = {"name": "A", "when": {"event": "pico.scanned"}, "then": starts(rule)}
        return str(sentence_of(parse_definition(raw), conduit.owner)).partition(" THEN ")[2]

    assert sentence(one) == "start “Note it”"
    namesake = a_rule(conduit.owner, name="Note it")
    assert sentence(one) == f"start “Note it” (…{str(one.pk)[-8:]})"
    assert sentence(one) != sentence(namesake)
    delete_rule(one)
    assert sentence(one) == "start a rule that is gone"


def test_a_rehearsal_says_it_and_starts_nothing(conduit: Conduit) -> None:
    moment = a_meeting(scan(conduit), a_rule(conduit.owner), conduit)
    settings = action.Settings(rule=a_rule(conduit.owner, name="Note it").pk)

    assert action.rehearse(settings, moment).detail == "start the rule “Note it”"
    assert events("rule.started") == []


def test_the_clock_s_own_event_starts_no_other_rule(api: Api) -> None:
    body = {"name": "A", "when": {"event": "rule.due"}, "then": [{"do": "notify_owner", "text": "A"}]}
    answer = api(a_company()).post("/rules", body)

    assert [answer.status_code, list(answer.json()["errors"])] == [422, ["when"]]
