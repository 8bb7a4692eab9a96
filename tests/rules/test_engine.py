"""The engine: which rules meet which events, once each, in order, and what stops them."""

import gc
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conduits import steering
from conduits.models import Conduit, Delivery, Endpoint, Held
from conduits.opening import add_thing_with_journal
from journals.keeping import append_entry
from journals.models import Entry
from parties.actors import SYSTEM
from picos import bell
from picos.events import Draft, record_event, record_events
from picos.models import Event, Notice, Pending, Pico
from picos.scanning import record_scan
from rules.actions import notify_owner
from rules.engine import bounds, claiming
from rules.engine import draining as engine
from rules.models import Listener, Rule, RuleVersion, Run, Wait
from rules.tasks import drain_events
from tests.conduits.at_once import at_once
from tests.factories import a_company, a_conduit, a_person, a_pico, a_product, a_rule, an_endpoint, picos

pytestmark = pytest.mark.django_db

NOTE_IT = [{"do": "post_entry", "body": "{{event.data.n}}", "visibility": "private"}]


@pytest.fixture
def conduit() -> Conduit:
    """One whose opening no rule is left to meet."""
    opened = a_conduit()
    drain_all()
    return opened


def drain_all() -> None:
    while engine.drain():
        pass


def scan(conduit: Conduit, *visitors: int) -> list[Any]:
    return [record_scan(pico=conduit.pico, visitor=number.to_bytes(8), person=None) for number in visitors or (1,)]


def changes(conduit: Conduit, numbers: range) -> list[Event]:
    return record_events([Draft("pico.state_changed", pico=conduit.pico, data={"n": number}) for number in numbers])


def outcomes(rule: Rule) -> list[str]:
    return list(rule.runs.order_by("id").values_list("outcome", flat=True))


def test_a_rule_meets_its_event_once_however_often_it_is_drained(conduit: Conduit) -> None:
    rule = a_rule(conduit.owner)
    (event,) = scan(conduit)

    assert [engine.drain() for _ in range(3)] == [1, 0, 0]

    run = Run.objects.get()
    assert [run.rule, run.version, run.event_id, run.event_type, run.pico, run.outcome] == [
        rule,
        rule.version,
        event,
        "pico.scanned",
        conduit.pico,
        "fired",
    ]
    assert Notice.objects.count() == 1


def test_one_version_can_never_run_twice_for_one_event(conduit: Conduit) -> None:
    a_rule(conduit.owner)
    scan(conduit)
    engine.drain()
    run = Run.objects.get()

    with pytest.raises(IntegrityError, match="run_once"), transaction.atomic():
        Run.objects.create(rule=run.rule, version=run.version, event_id=run.event_id, event_type="x", outcome="fired")


def test_an_event_that_no_rule_waits_for_leaves_the_queue_without_a_trace(conduit: Conduit) -> None:
    a_rule(conduit.owner, when={"event": "pico.lost"})
    scan(conduit)

    assert engine.drain() == 1
    assert not Run.objects.exists()
    assert not Pending.objects.exists()


def test_rules_wait_for_a_party_s_all_or_for_a_product_batch_or_thing() -> None:
    company, owner = a_company(), a_person()
    product, other_product = a_product(company), a_product(company)
    watched, sister = picos(2, product)
    conduit = a_conduit(owner, watched)
    a_conduit(owner, sister)
    drain_all()
    on: list[dict[str, Any]] = [
        {},
        {"products": [str(product.pk)]},
        {"batches": [str(watched.batch_id)]},
        {"picos": [watched.code]},
        {"products": [str(product.pk)], "batches": [str(watched.batch_id)], "picos": [watched.code]},
    ]
    meeting = [a_rule(company, on=one) for one in on] + [a_rule(owner), a_rule(owner, on={"picos": [watched.code]})]
    others = [
        a_rule(company, on={"products": [str(other_product.pk)]}),
        a_rule(company, on={"picos": [sister.code]}),
        a_rule(owner, on={"picos": [sister.code]}),
        a_rule(a_company()),
        a_rule(a_person()),
    ]

    scan(conduit)
    drain_all()

    assert [outcomes(rule) for rule in meeting] == [["fired"]] * len(meeting)
    assert [outcomes(rule) for rule in others] == [[]] * len(others)


def test_a_thing_that_nobody_owns_is_its_company_s_alone() -> None:
    pico = a_pico()
    rule, others = a_rule(pico.product.company), a_rule(a_person())  # type: ignore[union-attr]

    record_scan(pico=pico, visitor=b"12345678", person=None)
    drain_all()

    assert [len(outcomes(rule)), outcomes(others)] == [1, []]


def test_an_event_meets_the_rules_of_whoever_owned_the_thing_when_it_happened(conduit: Conduit) -> None:
    earlier, later = a_rule(conduit.owner, on={"picos": [conduit.pico.code]}), a_person()
    scan(conduit, 1)
    Pico.objects.filter(pk=conduit.pico_id).update(owner=later)
    conduit.pico.refresh_from_db()
    laters = a_rule(later, on={"picos": [conduit.pico.code]})
    scan(conduit, 2)

    drain_all()

    assert [outcomes(earlier), outcomes(laters)] == [["fired"], ["fired"]]
    met = Event.objects.filter(pk__in=Run.objects.values("event_id")).order_by("sequence")
    assert [event.owner_id for event in met] == [conduit.owner_id, later.pk]


def test_a_condition_that_does_not_hold_is_recorded_and_does_nothing(conduit: Conduit) -> None:
    false = a_rule(conduit.owner, **{"if": {"field": "pico.status", "op": "is", "value": "lost"}})
    missing = a_rule(conduit.owner, **{"if": {"field": "event.data.region", "op": "is_not", "value": "DE"}})
    scan(conduit)

    drain_all()

    assert [outcomes(false), outcomes(missing)] == [["not_matched"], ["not_matched"]]
    assert [[line["seen"], line["result"]] for rule in (false, missing) for line in rule.runs.get().trace] == [
        ["claimed", False],
        [None, None],
    ]
    assert not Notice.objects.exists()


def test_a_crash_before_the_commit_leaves_everything_as_it_was(
    conduit: Conduit, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = a_rule(
        conduit.owner, then=[{"do": "post_entry", "body": "Scanned"}, {"do": "notify_owner", "text": "Hello"}]
    )
    an_endpoint(conduit.company)
    scan(conduit)
    before = Event.objects.count()

    def dies(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(engine, "settle", dies)
        with pytest.raises(KeyboardInterrupt):
            engine.drain()

    assert Pending.objects.count() == 1
    assert Event.objects.count() == before
    assert [table.objects.count() for table in (Run, Entry, Notice, Delivery)] == [0, 0, 0, 0]

    drain_all()
    assert outcomes(rule) == ["fired"]
    # The entry tells its reader too, so there is one notice and not two.
    assert [table.objects.count() for table in (Run, Entry, Notice, Delivery)] == [2, 1, 1, 1]


def test_an_action_that_fails_undoes_its_run_and_stops_no_other(
    conduit: Conduit, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = [{"do": "post_entry", "body": "First"}, {"do": "notify_owner", "text": "Second"}]
    failing = a_rule(conduit.owner, then=two)
    sound = [a_rule(conduit.owner, then=[{"do": "post_entry", "body": "Sound"}]), a_rule(conduit.company, then=two[:1])]
    scan(conduit, 1, 2)

    def fails(settings: object, moment: object) -> None:
        raise ZeroDivisionError("a secret that stays in the log")

    monkeypatch.setattr(notify_owner, "perform", fails)
    drain_all()

    assert outcomes(failing) == ["failed", "failed"]
    assert [outcomes(rule) for rule in sound] == [["fired", "fired"]] * 2
    run = failing.runs.first()
    assert run is not None
    assert run.actions == [{"result": "failed", "detail": "ZeroDivisionError"}]
    assert sorted(Entry.objects.values_list("body", flat=True)) == ["First", "First", "Sound", "Sound"]
    assert set(Entry.objects.filter(body="First").values_list("author_company", flat=True)) == {conduit.company_id}


def test_an_action_that_the_database_refuses_fails_alone(conduit: Conduit) -> None:
    endpoint = an_endpoint(conduit.company)
    twice = [{"do": "send_webhook", "endpoint": str(endpoint.pk)}] * 2
    failing, sound = a_rule(conduit.company, then=twice), a_rule(conduit.owner)
    scan(conduit)

    drain_all()

    assert [outcomes(failing), outcomes(sound)] == [["failed"], ["fired"]]
    assert Delivery.objects.count() == 1


def test_trouble_of_the_database_s_own_brings_the_whole_batch_again(
    conduit: Conduit, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = a_rule(conduit.owner, then=[{"do": "post_entry", "body": "First"}]), a_rule(conduit.owner)
    scan(conduit)

    def deadlock(settings: object, moment: object) -> None:
        raise OperationalError("deadlock detected")

    with monkeypatch.context() as patch:
        patch.setattr(notify_owner, "perform", deadlock)
        with pytest.raises(OperationalError):
            engine.drain()

    assert [Run.objects.count(), Entry.objects.count(), Pending.objects.count()] == [0, 0, 1]
    drain_all()
    assert [outcomes(first), outcomes(second)] == [["fired"], ["fired"]]


def test_a_rule_that_can_no_longer_be_read_poisons_nothing(conduit: Conduit) -> None:
    sound = a_rule(conduit.owner)
    broken = [
        a_rule_that_says(conduit, {}),
        a_rule_that_says(conduit, {"name": "A", "when": {"event": "pico.eaten"}, "then": [{"do": "notify_owner"}]}),
        a_rule_that_says(conduit, {"name": "A", "when": {"event": "pico.scanned"}, "then": [{"do": "fly"}]}),
        a_rule_that_says(conduit, {"name": "A", "when": {"event": "pico.scanned"}, "then": [{"do": "notify_owner"}]}),
    ]
    scan(conduit)

    drain_all()

    assert [outcomes(rule) for rule in broken] == [["failed"]] * 4
    assert outcomes(sound) == ["fired"]
    assert not Pending.objects.exists()


def a_rule_that_says(conduit: Conduit, definition: dict[str, Any]) -> Rule:
    """A rule of a version that this program no longer understands."""
    rule = Rule.objects.create(person=conduit.owner, name="Old")
    version = RuleVersion.objects.create(rule=rule, number=1, definition=definition)
    Listener.objects.create(event_type="pico.scanned", anchor=conduit.owner_id, version=version)
    return rule


def test_an_event_of_a_strange_shape_poisons_nothing(conduit: Conduit) -> None:
    data = {
        "a": {"b": [None, {"c": 1e300}]},
        "author": ["company"],
        "visibility": 7,
        "entry": "no id",
        "": "",
        "n": "é" * 5000,
    }
    fields = ("event.data.a.b", "event.data.author", "event.data.n", "journal.unread", "owner.name")
    rule = a_rule(
        conduit.owner,
        when={"any": [{"event": "pico.scanned"}, {"event": "journal.entry_added"}, {"event": "conduit.message"}]},
        **{"if": {"any": [{"field": name, "op": "gt", "value": 1} for name in fields]}},
    )
    companys = a_rule(conduit.company, when={"event": "journal.entry_added"})
    for name in ("pico.scanned", "journal.entry_added", "conduit.message"):
        record_event(name, pico=conduit.pico, actor=SYSTEM, data=data)
    record_event("journal.entry_added", pico=conduit.pico, actor=SYSTEM)

    drain_all()

    assert not Pending.objects.exists()
    assert outcomes(rule) == ["not_matched"] * 4
    assert outcomes(companys) == ["fired"] * 2


ORPHAN = """
WITH event AS (
    INSERT INTO picos_event (id, type, pico_id, owner_id, company_id, data, actor_kind, root_id, depth)
    VALUES (gen_random_uuid(), 'pico.scanned', %s, gen_random_uuid(), %s, '{}', 'system', gen_random_uuid(), 0)
    RETURNING id, sequence
) INSERT INTO picos_pending (event_id, lane, sequence, party) SELECT id, 0, sequence, id FROM event
"""


def test_an_event_whose_owner_is_gone_poisons_nothing(conduit: Conduit) -> None:
    rule = a_rule(conduit.owner)
    with connection.cursor() as cursor:
        cursor.execute(ORPHAN, [conduit.pico_id, conduit.company_id])
    scan(conduit)

    drain_all()

    assert outcomes(rule) == ["fired"]
    assert not Pending.objects.exists()


LOOP = {"when": {"event": "journal.entry_added"}, "then": [{"do": "post_entry", "body": "Again"}]}


def test_two_rules_that_call_each_other_stop_at_the_depth(conduit: Conduit) -> None:
    """One answers the owner's entries, the other the company's."""
    ping = a_rule(conduit.company, **LOOP, **{"if": {"field": "event.data.author", "op": "is", "value": "owner"}})
    pong = a_rule(conduit.owner, **LOOP, **{"if": {"field": "event.data.author", "op": "is", "value": "company"}})
    append_entry(journal=conduit.journal, author=conduit.owner, body="Hello", visibility="shared")

    drain_all()

    # Events of depth 0 to 9: nine of them were answered, in turn, and the tenth stopped both rules.
    assert list(Event.objects.filter(type="journal.entry_added").values_list("depth", flat=True)) == list(range(10))
    assert [outcomes(ping).count("fired"), outcomes(pong).count("fired")] == [5, 4]
    assert [outcomes(ping)[-1], outcomes(pong)[-1]] == ["stopped", "stopped"]
    assert Entry.objects.count() == 10
    assert len(set(Event.objects.filter(type="journal.entry_added").values_list("root_id", flat=True))) == 1


def test_rules_that_multiply_each_other_stop_at_a_number(conduit: Conduit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_IN_CHAIN", 30)
    rules = [a_rule(conduit.owner, **LOOP) for _ in range(3)]
    append_entry(journal=conduit.journal, author=conduit.owner, body="Hello", visibility="private")

    drain_all()

    told = [outcome for rule in rules for outcome in outcomes(rule)]
    # Three runs of the first event, thirty of those that it led to, and three where that became too many.
    assert [told.count("fired"), told.count("stopped"), len(told)] == [33, 3, 36]
    assert Entry.objects.count() == 34
    # They ran into themselves, so they are off until their owner looks at them.
    assert {rule.status for rule in Rule.objects.filter(person=conduit.owner)} == {"paused"}
    append_entry(journal=conduit.journal, author=conduit.owner, body="Hello", visibility="private")
    drain_all()
    assert Entry.objects.count() == 35


def test_events_of_one_pico_are_handled_in_their_order(conduit: Conduit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claiming, "EVENTS_AT_ONCE", 4)
    a_rule(conduit.owner, when={"event": "pico.state_changed"}, then=NOTE_IT)
    changes(conduit, range(10))

    assert [engine.drain() for _ in range(3)] == [4, 4, 4]

    drain_all()
    assert list(Entry.objects.order_by("id").values_list("body", flat=True)) == [str(number) for number in range(10)]


@pytest.mark.django_db(transaction=True)
def test_several_workers_keep_each_pico_s_order_and_run_everything_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claiming, "EVENTS_AT_ONCE", 3)
    monkeypatch.setattr(claiming, "LANES_AT_ONCE", 2)
    owner = a_person()
    conduits = [a_conduit(owner, pico) for pico in picos(4, a_product())]
    a_rule(owner, when={"event": "pico.state_changed"}, then=NOTE_IT)
    for number in range(6):
        for conduit in conduits:
            changes(conduit, range(number, number + 1))

    at_once(*[drain_all] * 3)
    drain_all()

    assert not Pending.objects.exists()
    assert Run.objects.count() == 24
    for conduit in conduits:
        entries = Event.objects.filter(pico=conduit.pico, type="journal.entry_added").order_by("sequence")
        assert [bodies()[event.data["entry"]] for event in entries] == [str(number) for number in range(6)]


def bodies() -> dict[str, str]:
    return {str(entry.pk): entry.body for entry in Entry.objects.all()}


@pytest.mark.django_db(transaction=True)
def test_a_lane_that_one_worker_holds_is_left_alone_and_others_go_on() -> None:
    owner = a_person()
    held, free = [a_conduit(owner, pico) for pico in two_picos_of_different_lanes()]
    drain_all()
    changes(held, range(1))
    changes(free, range(1))

    with transaction.atomic(), connection.cursor() as cursor:
        lane = Pending.objects.get(event__pico=held.pico).lane
        cursor.execute("SELECT FROM picos_lane WHERE number = %s FOR UPDATE", [lane])
        assert at_once(engine.drain, engine.drain) in ([1, 0], [0, 1])
        assert Pending.objects.get().lane == lane

    assert engine.drain() == 1


@pytest.mark.django_db(transaction=True)
def test_a_drain_waits_for_nobody_who_works_on_a_rule_or_an_endpoint(conduit: Conduit) -> None:
    endpoint = an_endpoint(conduit.company)
    a_rule(conduit.company, then=[{"do": "send_webhook", "endpoint": str(endpoint.pk)}])
    scan(conduit)
    with transaction.atomic():
        assert list(Rule.objects.select_for_update())
        assert list(RuleVersion.objects.select_for_update())
        assert list(Endpoint.objects.select_for_update())
        assert at_once(engine.drain) == [1]
    assert {delivery.endpoint for delivery in Delivery.objects.all()} == {endpoint}


def two_picos_of_different_lanes() -> list[Pico]:
    found = picos(20, a_product())
    return [found[0], next(pico for pico in found if pico.pk.int % 64 != found[0].pk.int % 64)]


def test_fifty_events_take_as_many_queries_as_one_when_nothing_fires(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claiming, "LANES_AT_ONCE", 64)
    owner = a_person()
    conduits = [a_conduit(owner, pico) for pico in picos(50, a_product())]
    drain_all()
    never = {"if": {"field": "pico.status", "op": "is", "value": "retired"}}
    for party in (owner, conduits[0].company):
        a_rule(party, **never)

    taken: list[int] = []
    for some in (conduits[:1], conduits):
        for conduit in some:
            scan(conduit, len(taken) + 1)
        with CaptureQueriesContext(connection) as queries:
            assert engine.drain() == len(some)
        taken.append(len(queries))

    assert Run.objects.filter(outcome="not_matched").count() == 102
    assert taken[1] <= taken[0]
    assert taken[0] <= 3


def test_without_a_rule_that_waits_nothing_is_locked_or_written(
    conduit: Conduit, django_assert_max_num_queries: Any
) -> None:
    scan(conduit, *range(20))

    with django_assert_max_num_queries(6):
        assert engine.drain() == 20


def test_a_scan_that_three_rules_meet_takes_thirteen_statements(conduit: Conduit, statements: list[str]) -> None:
    an_endpoint(conduit.company, events=("pico.scanned",))
    a_rule(conduit.company, then=[{"do": "post_entry", "body": "Hello", "visibility": "private"}])
    a_rule(conduit.company, **{"if": {"field": "pico.status", "op": "is", "value": "retired"}})
    scan(conduit, 1)
    drain_all()
    scan(conduit, 2)

    taken: list[int] = []
    for _ in range(3):
        statements.clear()
        assert engine.drain() == (1 if len(taken) < 2 else 0)
        taken.append(len(statements))

    # The scan, the event of the entry, for which nobody waits, and nothing.
    assert taken == [13, 3, 1]
    assert [Run.objects.count(), Entry.objects.count(), Delivery.objects.count()] == [6, 2, 2]


def test_of_an_event_that_nobody_waits_for_nothing_is_read(conduit: Conduit, monkeypatch: pytest.MonkeyPatch) -> None:
    a_rule(conduit.owner, when={"event": "pico.state_changed", "where": {"n": 1}})
    changes(conduit, range(3))
    seen: list[Any] = []
    look = claiming._look

    def watched(lanes: Sequence[int]) -> tuple[list[claiming.Seen], bool]:
        found, is_all = look(lanes)
        seen.extend(one.event.data for one in found)
        return found, is_all

    monkeypatch.setattr(claiming, "_look", watched)
    scan(conduit)

    assert engine.drain() == 4

    assert seen == [{"n": 0}, {"n": 1}, {"n": 2}, None]
    assert Run.objects.get().outcome == "fired"


def test_whose_event_has_waited_longest_is_never_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many others there are in its lane, and however much comes in for them."""
    monkeypatch.setattr(claiming, "EVENTS_AT_ONCE", 1)
    monkeypatch.setattr(claiming, "PARTIES_AT_ONCE", 1)
    first, second, third = [a_conduit(pico=a_pico(a_product(a_company()))) for _ in range(3)]
    Pending.objects.all().delete()
    waiting = [event.pk for one in (third, second, first, second) for event in changes(one, range(1))]
    Pending.objects.update(lane=0)

    handled: list[Any] = []
    for _ in waiting:
        before = set(Pending.objects.values_list("pk", flat=True))
        assert engine.drain() == 1
        handled += before - set(Pending.objects.values_list("pk", flat=True))
        changes(first, range(1))
        Pending.objects.update(lane=0)

    assert handled == waiting


def test_a_batch_that_is_full_has_each_party_s_first_before_anybody_s_second(
    conduit: Conduit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claiming, "ACTIONS_AT_ONCE", 3)
    neighbour = a_conduit(pico=a_pico(a_product(a_company())))
    drain_all()
    a_rule(conduit.owner, when={"event": "pico.state_changed"}, then=NOTE_IT * 2)
    a_rule(neighbour.owner, when={"event": "pico.state_changed"}, then=NOTE_IT)
    first, *others = changes(conduit, range(3))
    changes(neighbour, range(1))
    Pending.objects.update(lane=0)

    assert engine.drain() == 2
    left = Pending.objects.filter(event__type="pico.state_changed").values_list("event_id", flat=True)
    assert set(left) == {event.pk for event in others}
    assert set(Run.objects.values_list("event_id", flat=True)) > {first.pk}


def test_a_full_batch_keeps_the_order_of_a_thing_whose_party_has_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claiming, "ACTIONS_AT_ONCE", 2)
    owner = a_person()
    pico = add_thing_with_journal(person=owner, name="Boot")
    drain_all()
    rule = a_rule(owner, when={"event": "pico.state_changed"}, then=NOTE_IT)
    before = record_events([Draft("pico.state_changed", pico=pico, data={"n": number}) for number in range(3)])
    pico.product = a_product()
    (after,) = record_events([Draft("pico.state_changed", pico=pico, data={"n": 3})])

    drain_all()
    met = list(rule.runs.order_by("id").values_list("event_id", flat=True))
    assert met == [event.pk for event in (*before, after)]


def test_the_clock_of_a_lane_goes_on_while_another_has_more_than_a_claim_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claiming, "ACTIONS_AT_ONCE", 1)
    busy, quiet = [a_conduit(pico=pico) for pico in two_picos_of_different_lanes()]
    drain_all()
    a_rule(busy.owner, when={"event": "pico.state_changed"}, then=NOTE_IT)
    a_rule(quiet.owner, when={"event": "pico.recovered"}, then=[{"do": "delay", "for": "PT1H"}, *NOTE_IT])
    record_events([Draft("pico.recovered", pico=quiet.pico)])
    drain_all()
    Wait.objects.update(due=timezone.now() - timedelta(hours=1))
    changes(busy, range(3))

    assert engine.drain() == 1 + 1
    assert not Wait.objects.exists()


def test_no_lane_waits_while_others_keep_filling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claiming, "LANES_AT_ONCE", 1)
    monkeypatch.setattr(claiming, "EVENTS_AT_ONCE", 1)
    conduits = [a_conduit(pico=pico) for pico in two_picos_of_different_lanes()]
    Pending.objects.all().delete()
    for conduit in conduits:
        changes(conduit, range(4))
    lanes = sorted(set(Pending.objects.values_list("lane", flat=True)))
    monkeypatch.setattr(claiming, "_next", lanes[0])

    left = []
    for _ in range(4):
        assert engine.drain() == 1
        left.append([Pending.objects.filter(lane=lane).count() for lane in lanes])
    assert left == [[3, 4], [3, 3], [2, 3], [2, 2]]


def test_nothing_is_left_as_it_was_for_a_batch_when_it_ends(conduit: Conduit, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    def looks(settings: object, moment: object) -> None:
        seen.append(gc.isenabled())
        raise OperationalError("deadlock detected")

    monkeypatch.setattr(notify_owner, "perform", looks)
    a_rule(conduit.owner)
    scan(conduit)
    with pytest.raises(OperationalError):
        engine.drain()
    assert [seen, gc.isenabled()] == [[False], True]


def test_what_a_rule_leads_to_is_handled_without_another_bell(
    conduit: Conduit, rung: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    a_rule(conduit.company, then=[{"do": "post_entry", "body": "Hello", "visibility": "private"}])
    wrote = a_rule(conduit.company, when={"event": "journal.entry_added"}, then=NOTE_IT)
    scan(conduit)
    rung.clear()

    with django_capture_on_commit_callbacks(execute=True):
        drain_events()

    assert outcomes(wrote)[0] == "fired"
    assert not Pending.objects.exists()
    assert bell.EVENTS not in rung


def test_what_a_rule_does_rings_the_bells(
    conduit: Conduit, rung: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    an_endpoint(conduit.company)
    scan(conduit)
    rung.clear()

    with django_capture_on_commit_callbacks(execute=True):
        engine.drain()

    assert rung == [bell.DELIVERIES]


def test_a_company_s_rule_does_not_run_on_what_was_withdrawn_before_it_was_handled(conduit: Conduit) -> None:
    companys, owners = a_rule(conduit.company), a_rule(conduit.owner)
    scan(conduit)
    steering.set_grants(conduit, [])

    drain_all()

    assert [outcomes(companys), outcomes(owners)] == [[], ["fired"]]


def words_of(conduit: Conduit, body: str) -> Entry:
    return append_entry(
        journal=conduit.journal, author=conduit.owner, body=body, visibility=Entry.Visibility.SHARED, kind="note"
    )


def test_what_an_owner_writes_while_paused_meets_the_company_s_rules_once_after_the_resume(conduit: Conduit) -> None:
    added = {"event": "journal.entry_added"}
    endpoint = an_endpoint(conduit.company, ordered=True)
    a_rule(conduit.company, when=added, then=[{"do": "send_webhook", "endpoint": str(endpoint.pk)}])
    own = a_rule(conduit.owner, when=added)
    words_of(conduit, "Before.")
    drain_all()
    steering.pause(conduit)
    words_of(conduit, "It is torn.")
    drain_all()
    a_rule(conduit.company, name="Too late", when=added, then=[{"do": "send_webhook", "endpoint": str(endpoint.pk)}])
    assert (Delivery.objects.count(), outcomes(own), Held.objects.count()) == (1, ["fired", "fired"], 1)

    steering.resume(conduit)
    steering.pause(conduit)  # before the engine looked: it goes on waiting
    drain_all()
    assert (Delivery.objects.count(), Held.objects.count()) == (1, 1)

    steering.resume(conduit)
    drain_all()
    steering.pause(conduit)
    steering.resume(conduit)
    drain_all()
    assert (Delivery.objects.count(), outcomes(own), Held.objects.count()) == (2, ["fired", "fired"], 0)
    assert not Pending.objects.exists()


@pytest.mark.parametrize("end", ["close", "take the grant back"])
def test_what_is_held_leaves_only_as_far_as_the_owner_lets_it(end: str, conduit: Conduit) -> None:
    rule = a_rule(conduit.company, when={"event": "journal.entry_added"})
    steering.pause(conduit)
    words_of(conduit, "It is torn.")
    drain_all()
    if end == "close":
        steering.close(conduit)
    else:
        steering.set_grants(conduit, ["scans"])
        steering.resume(conduit)
    drain_all()

    assert (outcomes(rule), Held.objects.count(), Pending.objects.count()) == ([], 0, 0)
