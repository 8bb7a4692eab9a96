"""What keeps one party's rules from costing everybody's time: bounds per event and per batch, and for chains."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conduits import access_log, steering
from conduits.delivery.endpoints import MOST_PER_COMPANY
from conduits.models import AccessLine, Conduit, Delivery
from journals.keeping import append_entry
from journals.models import Entry
from picos.events import Draft, record_events
from picos.models import Notice, Pending, Pico
from rules.engine import batch, bounds, claiming
from rules.engine import draining as engine
from rules.engine.moment import Moment
from rules.models import Rule, Run
from tests.factories import a_conduit, a_person, a_product, a_rule, an_endpoint, picos

pytestmark = pytest.mark.django_db

CHANGED = {"event": "pico.state_changed"}
NOTE = {"do": "post_entry", "body": "{{event.data.n}}", "visibility": "private"}
LOOP = {"when": {"event": "journal.entry_added"}, "then": [{"do": "post_entry", "body": "Again"}]}


@pytest.fixture
def conduit() -> Conduit:
    """One whose opening no rule is left to meet."""
    opened = a_conduit()
    drain_all()
    return opened


def drain_all() -> None:
    while engine.drain():
        pass


def changes(conduit: Conduit, *numbers: int, type_: str = "pico.state_changed") -> None:
    record_events([Draft(type_, pico=conduit.pico, data={"n": number}) for number in numbers])


def outcomes(*rules: Rule) -> list[str]:
    return list(Run.objects.filter(rule__in=rules).order_by("rule_id", "id").values_list("outcome", flat=True))


def test_at_most_fifty_of_a_party_s_rules_run_on_one_event(conduit: Conduit) -> None:
    owners = [a_rule(conduit.owner) for _ in range(52)]
    companys = [a_rule(conduit.company) for _ in range(2)]
    changes(conduit, 1, type_="pico.scanned")

    drain_all()

    assert outcomes(*owners) == ["fired"] * 50 + ["stopped"] * 2
    assert outcomes(*companys) == ["fired"] * 2
    assert Notice.objects.count() == 52
    assert owners[-1].runs.get().actions == [
        {"result": "stopped", "detail": "More than 50 of your rules met this event."}
    ]
    assert not Pending.objects.exists()


def test_an_endpoint_s_subscription_goes_before_other_rules(conduit: Conduit, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bounds.MOST_PER_EVENT >= MOST_PER_COMPANY
    monkeypatch.setattr(bounds, "MOST_PER_EVENT", 1)
    rule = a_rule(conduit.company)
    endpoint = an_endpoint(conduit.company)
    changes(conduit, 1, type_="pico.scanned")

    drain_all()

    assert [outcomes(rule), outcomes(endpoint.subscription)] == [["stopped"], ["fired"]]
    assert Delivery.objects.get().endpoint == endpoint


def test_a_batch_ends_with_its_actions_and_the_rest_stays_queued_in_order(
    conduit: Conduit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claiming, "ACTIONS_AT_ONCE", 5)
    rule = a_rule(conduit.owner, when=CHANGED, then=[NOTE, NOTE])
    changes(conduit, *range(5))
    queued = list(Pending.objects.order_by("sequence").values_list("event_id", flat=True))

    assert engine.drain() == 2
    left = list(Pending.objects.order_by("sequence").values_list("event_id", flat=True))
    assert [*Run.objects.order_by("id").values_list("event_id", flat=True)] == queued[:2]
    assert left[:3] == queued[2:]

    drain_all()
    assert outcomes(rule) == ["fired"] * 5
    written = Entry.objects.order_by("id").values_list("body", flat=True)
    assert list(written) == [str(number) for number in range(5) for _ in range(2)]
    assert not Pending.objects.exists()


def test_an_event_with_more_actions_than_a_batch_s_is_handled_alone(
    conduit: Conduit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claiming, "ACTIONS_AT_ONCE", 3)
    a_rule(conduit.owner, when=CHANGED, then=[NOTE] * 4)
    changes(conduit, 0)
    changes(conduit, 1, 2, type_="pico.recovered")
    changes(conduit, 3)

    assert [engine.drain() for _ in range(3)] == [1, 2, 1]
    assert Run.objects.count() == 2


def test_one_party_s_rules_hold_up_a_batch_of_their_own_size_only(
    conduit: Conduit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a thing with 20 rules of 10 actions each, one event fills a batch."""
    monkeypatch.setattr(claiming, "ACTIONS_AT_ONCE", 200)
    for _ in range(20):
        a_rule(conduit.owner, when=CHANGED, then=[{"do": "notify_company", "text": "Hello"}] * 10)
    steering.set_grants(conduit, [])
    drain_all()
    changes(conduit, *range(3))

    assert [engine.drain() for _ in range(4)] == [1, 1, 1, 0]
    assert Run.objects.filter(event_type="pico.state_changed").count() == 60


def test_what_goes_back_to_another_event_is_taken_in_smaller_batches(
    conduit: Conduit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claiming, "ACTIONS_AT_ONCE", 4 * claiming.FOLLOW_UP)
    a_rule(conduit.company)
    pico = conduit.pico
    first, *_ = record_events([Draft("pico.scanned", pico=pico) for _ in range(9)])
    assert engine.drain() == 9

    record_events([Draft("pico.scanned", pico=pico, cause=first) for _ in range(9)])
    assert [engine.drain() for _ in range(3)] == [4, 4, 1]


def test_each_refusal_is_logged_once_over_several_batches(conduit: Conduit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claiming, "ACTIONS_AT_ONCE", 2)
    for _ in range(2):
        a_rule(conduit.company)
    steering.set_grants(conduit, [])
    drain_all()
    before = AccessLine.objects.count()
    changes(conduit, *range(3), type_="pico.scanned")

    assert [engine.drain() for _ in range(4)] == [1, 1, 1, 0]

    lines = AccessLine.objects.order_by("number")[before:]
    assert [[line.outcome, line.what] for line in lines] == [["refused", "pico.scanned"]] * 3
    assert access_log.broken_at(AccessLine.objects.filter(conduit=conduit).order_by("number")) is None


def test_a_crash_in_a_later_batch_keeps_the_earlier_ones(conduit: Conduit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claiming, "ACTIONS_AT_ONCE", 1)
    rule = a_rule(conduit.owner, when=CHANGED, then=[NOTE])
    changes(conduit, 0, 1)
    engine.drain()

    def dies(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(engine, "settle", dies)
        with pytest.raises(KeyboardInterrupt):
            engine.drain()
    assert [Run.objects.count(), Entry.objects.count()] == [1, 1]

    drain_all()
    assert outcomes(rule) == ["fired", "fired"]
    assert list(Entry.objects.order_by("id").values_list("body", flat=True)) == ["0", "1"]


def test_a_pause_that_had_its_turn_before_the_engine_wins(conduit: Conduit, monkeypatch: pytest.MonkeyPatch) -> None:
    companys = a_rule(conduit.company)
    changes(conduit, 1, type_="pico.scanned")

    def meanwhile(*_: object) -> None:
        """What commits while the engine waits for the turn."""
        steering.pause(conduit)

    monkeypatch.setattr(batch, "take_turn", meanwhile)
    engine.drain()

    assert outcomes(companys) == []
    assert AccessLine.objects.filter(outcome="refused", reason="the conduit is paused").count() == 1


def test_a_thing_is_looked_at_once_its_turn_is_taken(conduit: Conduit, monkeypatch: pytest.MonkeyPatch) -> None:
    a_rule(conduit.owner, **{"if": {"field": "pico.status", "op": "is", "value": "lost"}})
    changes(conduit, 1, type_="pico.scanned")

    def meanwhile(*_: object) -> None:
        Pico.objects.filter(pk=conduit.pico_id).update(status="lost")

    monkeypatch.setattr(batch, "take_turn", meanwhile)
    engine.drain()

    assert Run.objects.get().outcome == "fired"


def multiplying(conduit: Conduit) -> None:
    """Three rules that answer each other's entries, and the first entry."""
    for _ in range(3):
        a_rule(conduit.owner, **LOOP)
    append_entry(journal=conduit.journal, author=conduit.owner, body="Hello", visibility="private")


def told() -> list[int]:
    return [Run.objects.filter(outcome=outcome).count() for outcome in ("fired", "stopped")]


def test_a_crash_of_the_database_does_not_make_a_chain_begin_anew(
    conduit: Conduit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unlogged table would be empty after it."""
    monkeypatch.setattr(bounds, "MOST_IN_CHAIN", 30)
    multiplying(conduit)

    while engine.drain():
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM api_tally")
            cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'rules_run'")
            assert cursor.fetchone() == ("p",)

    assert told() == [33, 3]


def test_a_chain_may_go_on_when_its_runs_are_an_hour_old(conduit: Conduit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_IN_CHAIN", 5)
    start = dt.datetime.now(dt.UTC)
    seen = []
    for minutes in (0, 59, 61):
        with time_machine.travel(start + dt.timedelta(minutes=minutes), tick=False):
            if not minutes:
                multiplying(conduit)
            else:
                cause = Entry.objects.order_by("id").last()
                assert cause is not None
                caused(conduit)
            drain_all()
        seen.append(told())

    assert seen == [[6, 3], [6, 3], [9, 6]]


def caused(conduit: Conduit) -> None:
    """One more event of the chain, such as an answer."""
    first = Run.objects.exclude(root_id=None).earliest("id")
    cause = conduit.pico.events.get(pk=first.event_id)
    author = conduit.owner
    append_entry(journal=conduit.journal, author=author, body="And?", visibility="private", cause=cause)


def test_a_batch_counts_its_chains_with_one_query(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claiming, "LANES_AT_ONCE", 64)
    owner = a_person()
    conduits = [a_conduit(owner, pico) for pico in picos(10, a_product())]
    drain_all()
    never = {"if": {"field": "pico.status", "op": "is", "value": "retired"}}
    a_rule(owner, when=CHANGED, **never)
    for conduit in conduits:
        cause = conduit.pico.events.earliest("sequence")
        record_events([Draft("pico.state_changed", pico=conduit.pico, cause=cause)])

    with CaptureQueriesContext(connection) as queries:
        assert engine.drain() == 10

    assert len([one for one in queries.captured_queries if "GROUP BY" in one["sql"]]) == 1
    assert len(queries) <= 4
    assert Run.objects.exclude(root_id=None).count() == 10


def test_a_field_that_many_comparisons_name_is_read_once(conduit: Conduit, monkeypatch: pytest.MonkeyPatch) -> None:
    leaf = {"field": "journal.unread", "op": "gte", "value": 0}
    texts = [{"do": "post_entry", "body": "{{journal.unread}}" * 50, "visibility": "private"}]
    asked: list[Moment] = []

    def unread(moment: Moment) -> int:
        asked.append(moment)
        return 7

    monkeypatch.setattr(Moment, "unread", unread)
    a_rule(conduit.owner, then=texts, **{"if": {"all": [leaf] * 50}})
    changes(conduit, 1, type_="pico.scanned")

    engine.drain()

    assert len(asked) == 2
    assert Entry.objects.get().body == "7" * 50
    assert len(Run.objects.get().trace) == 50
