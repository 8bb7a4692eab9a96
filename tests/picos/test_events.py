"""Events: immutable, chained to their causes, kept by the month."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction
from uuid_utils.compat import uuid7

from parties.actors import SYSTEM, Actor
from picos import event_types
from picos.event_types import UnknownEventTypeError
from picos.events import Draft, lane_of, record_event, record_events
from picos.models import Event, Lane, Pending, Pico
from picos.models.event import LANES
from picos.partitions import bound, following, make_partitions
from picos.scanning import record_scan
from picos.turns import turn_key
from tests.factories import a_company, a_conduit, a_person, a_pico, picos

pytestmark = pytest.mark.django_db

INSERT = """
INSERT INTO picos_event (id, type, pico_id, data, actor_kind, root_id, depth)
VALUES (%s, 'pico.scanned', %s, '{}', 'system', %s, 0)
"""


def an_event(pico: Pico | None = None, **values: Any) -> Event:
    return record_event("pico.state_changed", pico=pico or a_pico(), actor=SYSTEM, **values)


def partition_of(event_id: UUID) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM picos_event WHERE id = %s", [event_id])
        return str(cursor.fetchone()[0])


def partitions() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'picos_event'::regclass")
        return {row[0] for row in cursor.fetchall()}


@pytest.mark.parametrize(
    "change",
    [
        lambda event: Event.objects.filter(pk=event.pk).update(type="pico.lost"),
        lambda event: Event.objects.filter(pk=event.pk).delete(),
        lambda event: event.delete(),
        lambda event: _execute("UPDATE picos_event SET data = '{}'"),
        lambda event: _execute("DELETE FROM picos_event"),
        lambda event: _execute(f"UPDATE {partition_of(event.pk)} SET depth = 1"),
    ],
)
def test_an_event_is_never_changed_or_deleted(change: Any) -> None:
    event = an_event()
    before = Event.objects.values().get(pk=event.pk)
    with pytest.raises(DatabaseError, match="picos_event.* is append-only"), transaction.atomic():
        change(event)
    assert Event.objects.values().get(pk=event.pk) == before


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_an_event_that_nothing_caused_is_its_own_root() -> None:
    event = an_event()
    assert (event.cause_id, event.root_id, event.depth) == (None, event.pk, 0)


def test_a_chain_of_causes_keeps_its_root_and_counts_its_steps() -> None:
    pico = a_pico()
    chain = [an_event(pico)]
    for _ in range(3):
        chain.append(an_event(pico, cause=chain[-1]))
    kept = list(Event.objects.filter(pico=pico).order_by("sequence"))
    assert [event.pk for event in kept] == [event.pk for event in chain]
    assert [event.cause_id for event in kept] == [None, chain[0].pk, chain[1].pk, chain[2].pk]
    assert {event.root_id for event in kept} == {chain[0].pk}
    assert [event.depth for event in kept] == [0, 1, 2, 3]


def test_an_event_says_who_caused_it() -> None:
    company, agent = a_company(), a_person()
    event = record_event("pico.lost", pico=a_pico(), actor=Actor.of_company(company, agent), data={"a": [1, "ü"]})
    kept = Event.objects.get(pk=event.pk)
    assert (kept.actor_kind, kept.actor_id, kept.agent_id, kept.data) == (
        "company",
        company.pk,
        agent.pk,
        {"a": [1, "ü"]},
    )
    assert (kept.sequence, kept.at) == (event.sequence, event.at)


def test_an_event_names_the_owner_and_company_of_its_time() -> None:
    conduit = a_conduit()
    event = an_event(conduit.pico)
    assert (event.owner_id, event.company_id) == (conduit.owner_id, conduit.company_id)
    own = record_event("endpoint.disabled", company=conduit.company, actor=SYSTEM)
    assert (own.pico_id, own.owner_id, own.company_id) == (None, None, conduit.company_id)


def test_an_event_of_an_unknown_type_is_a_programming_error() -> None:
    with pytest.raises(UnknownEventTypeError, match="there is no event type 'pico.eaten'"):
        record_event("pico.eaten", pico=a_pico(), actor=SYSTEM)
    assert not Event.objects.exists()


def test_an_event_about_nothing_cannot_be_kept() -> None:
    with (
        pytest.raises(IntegrityError, match="event_is_about_something"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(INSERT, [uuid7(), None, uuid7()])


def test_a_type_is_registered_once() -> None:
    with pytest.raises(ValueError, match="event type pico.scanned is registered already"):
        event_types.register("pico.scanned", "again")


def test_events_recorded_together_keep_their_order(statements: list[str]) -> None:
    rows = picos(20)
    drafts = [Draft(type="pico.state_changed", pico=pico, data={"n": n}) for n, pico in enumerate(rows * 2)]
    statements.clear()
    recorded = record_events(drafts)
    assert len(statements) == 1
    assert [event.data["n"] for event in Event.objects.order_by("sequence")] == list(range(40))
    assert [event.sequence for event in recorded] == sorted(event.sequence for event in recorded)
    assert Pending.objects.count() == 40


def test_recording_no_events_asks_nothing(django_assert_num_queries: Any, rung: list[str]) -> None:
    with django_assert_num_queries(0):
        assert record_events([]) == []
    assert rung == []


def test_all_events_of_a_pico_wait_in_one_lane() -> None:
    rows = picos(30)
    for pico in rows:
        record_scan(pico=pico, visitor=b"12345678", person=None)
        an_event(pico)
        record_events([Draft(type="pico.lost", pico=one) for one in (pico, rows[0])])
    lanes: dict[UUID, set[int]] = {}
    for pico_id, lane in Pending.objects.values_list("event__pico_id", "lane"):
        lanes.setdefault(pico_id, set()).add(lane)
    assert {len(found) for found in lanes.values()} == {1}
    assert len(set.union(*lanes.values())) > 5


def test_there_is_a_row_for_each_lane() -> None:
    assert set(Lane.objects.values_list("number", flat=True)) == set(range(LANES))
    assert {lane_of(key) for key in range(1000)} == set(range(LANES))


def test_a_turn_s_key_fits_and_comes_from_the_first_id_that_is_there() -> None:
    for _ in range(100):
        assert 0 <= turn_key(uuid7()) < 2**31
    one, other = uuid7(), uuid4()
    assert turn_key(None, one, other) == turn_key(one)
    assert turn_key(None, None, other) == turn_key(other)


def test_a_rolled_back_verb_leaves_no_event_and_rings_no_bell(
    rung: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    pico = a_pico()
    rung.clear()
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(ZeroDivisionError), transaction.atomic():
        an_event(pico)
        _ = 1 / 0
    assert (Event.objects.count(), Pending.objects.count(), rung) == (0, 0, [])


def test_this_month_s_partition_is_there_and_three_ahead() -> None:
    event = an_event()
    assert partition_of(event.pk) == f"picos_event_{event.at:%Y_%m}"
    month = datetime(event.at.year, event.at.month, 1, tzinfo=UTC)
    for _ in range(4):
        assert f"picos_event_{month:%Y_%m}" in partitions()
        month = following(month)


@pytest.mark.parametrize(
    "strange", [uuid4(), UUID(int=0), UUID(int=2**128 - 1), UUID("01000000-0000-7000-8000-000000000000")]
)
def test_an_id_of_no_month_goes_to_the_default_partition(strange: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [strange, a_pico().pk, strange])
    assert partition_of(strange) == "picos_event_default"


def test_months_are_made_ahead_once() -> None:
    assert make_partitions() == []
    with time_machine.travel(datetime(2031, 11, 30, 23, 59, tzinfo=UTC), tick=False):
        made = [f"picos_event_{month}" for month in ("2031_11", "2031_12", "2032_01", "2032_02")]
        assert make_partitions() == made
        assert make_partitions() == []
    assert set(made) < partitions()


def test_the_bounds_of_a_month_are_its_first_milliseconds() -> None:
    december, january = datetime(2031, 12, 1, tzinfo=UTC), datetime(2032, 1, 1, tzinfo=UTC)
    assert following(december) == january
    assert bound(december).replace("-", "")[:12] == f"{int(december.timestamp() * 1000):012x}"
    with time_machine.travel(december, tick=False):
        make_partitions(months_ahead=0)
    last = UUID(int=UUID(bound(january)).int - 1)
    for inside in (UUID(bound(december)), last):
        with connection.cursor() as cursor:
            cursor.execute(INSERT, [inside, a_pico().pk, inside])
        assert partition_of(inside) == "picos_event_2031_12"


def test_a_month_whose_events_went_to_the_default_partition_keeps_no_other_from_being_made() -> None:
    early = UUID(bound(datetime(2031, 12, 1, tzinfo=UTC)))
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [early, a_pico().pk, early])
    with time_machine.travel(datetime(2031, 12, 15, tzinfo=UTC), tick=False):
        assert make_partitions() == [f"picos_event_{month}" for month in ("2032_01", "2032_02", "2032_03")]
    assert partition_of(early) == "picos_event_default"
