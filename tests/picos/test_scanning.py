"""Recording scans: each visitor once a minute, in the order of commit, in one round trip."""

import secrets
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection, connections, transaction
from django.db.models import F
from django.test import Client

from parties.actors import SYSTEM
from picos import bell
from picos.events import Draft, record_event, record_events
from picos.models import Event, Pending, Pico, Visit
from picos.scanning import _SCAN, forget_old_visits, record_scan
from tests.conduits.at_once import at_once
from tests.factories import a_conduit, a_person, a_pico

ANN, BEN = b"visitor1", b"visitor2"
JSON = {"Accept": "application/json"}


def scans(pico: Pico) -> int:
    return Event.objects.filter(pico=pico, type="pico.scanned").count()


def pass_time(seconds: int) -> None:
    """As if the visits were that much longer ago: the minute is counted by the database's clock."""
    Visit.objects.update(at=F("at") - timedelta(seconds=seconds))


@pytest.mark.django_db
def test_a_scan_is_an_event_of_the_pico_and_waits_for_the_rules() -> None:
    pico = a_pico()
    event_id = record_scan(pico=pico, visitor=ANN, person=None)

    event, pending = Event.objects.get(), Pending.objects.get()
    assert pico.product
    assert (event.pk, event.type, event.pico, event.data) == (event_id, "pico.scanned", pico, {})
    assert (event.owner_id, event.company_id) == (None, pico.product.company_id)
    assert (event.actor_kind, event.actor_id, event.agent_id) == ("anonymous", None, None)
    assert (event.cause_id, event.root_id, event.depth) == (None, event.pk, 0)
    assert (pending.event_id, pending.sequence) == (event.pk, event.sequence)


@pytest.mark.django_db
def test_a_claimed_pico_s_scan_names_its_owner_and_who_scanned() -> None:
    conduit = a_conduit()
    record_scan(pico=conduit.pico, visitor=ANN, person=conduit.owner)
    event = Event.objects.get(type="pico.scanned")
    assert (event.owner_id, event.company_id) == (conduit.owner_id, conduit.company_id)
    assert (event.actor_kind, event.actor_id) == ("person", conduit.owner_id)


@pytest.mark.django_db
def test_a_scan_is_one_round_trip(django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pico = a_pico()
    prepared, execute = [], psycopg.Cursor.execute

    def listening(cursor: Any, query: Any, *values: Any) -> Any:
        prepared.append(query)
        return execute(cursor, query, *values)

    monkeypatch.setattr(psycopg.Cursor, "execute", listening)
    with django_assert_num_queries(0):
        record_scan(pico=pico, visitor=ANN, person=None)
    assert prepared == [_SCAN]


@pytest.mark.django_db
def test_a_visitor_who_comes_again_within_a_minute_counts_once() -> None:
    pico = a_pico()
    first = record_scan(pico=pico, visitor=ANN, person=None)
    pass_time(59)
    assert record_scan(pico=pico, visitor=ANN, person=None) == first
    assert (scans(pico), Pending.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_a_visitor_who_comes_again_after_a_minute_counts_twice() -> None:
    pico = a_pico()
    first = record_scan(pico=pico, visitor=ANN, person=None)
    pass_time(60)
    second = record_scan(pico=pico, visitor=ANN, person=None)
    assert second != first
    assert record_scan(pico=pico, visitor=ANN, person=None) == second
    assert scans(pico) == 2


@pytest.mark.django_db
def test_a_repeat_does_not_prolong_the_minute() -> None:
    pico = a_pico()
    for _ in range(4):
        record_scan(pico=pico, visitor=ANN, person=None)
        pass_time(30)
    assert scans(pico) == 2


@pytest.mark.django_db
def test_another_visitor_counts() -> None:
    pico = a_pico()
    assert record_scan(pico=pico, visitor=ANN, person=None) != record_scan(pico=pico, visitor=BEN, person=None)
    assert scans(pico) == 2


@pytest.mark.django_db
def test_the_same_visitor_counts_on_another_pico() -> None:
    one, other = a_pico(), a_pico()
    assert record_scan(pico=one, visitor=ANN, person=None) != record_scan(pico=other, visitor=ANN, person=None)


@pytest.mark.django_db
def test_a_scan_rings_for_the_rules_and_a_repeat_does_not(
    rung: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    pico = a_pico()
    rung.clear()
    with django_capture_on_commit_callbacks(execute=True):
        record_scan(pico=pico, visitor=ANN, person=None)
        record_scan(pico=pico, visitor=ANN, person=None)
    assert rung == [bell.EVENTS]


@pytest.mark.django_db
def test_visits_are_forgotten_when_no_reload_can_repeat_them() -> None:
    pico = a_pico()
    record_scan(pico=pico, visitor=ANN, person=None)
    pass_time(119)
    forget_old_visits()
    assert Visit.objects.count() == 1
    pass_time(2)
    forget_old_visits()
    assert (Visit.objects.count(), scans(pico)) == (0, 1)


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_once_count_once() -> None:
    pico = a_pico()
    ids = at_once(*[lambda: record_scan(pico=pico, visitor=ANN, person=None)] * 6)
    assert (len(set(ids)), scans(pico), Pending.objects.count()) == (1, 1, 1)
    pass_time(60)
    ids += at_once(*[lambda: record_scan(pico=pico, visitor=ANN, person=None)] * 6)
    assert (len(set(ids)), scans(pico)) == (2, 2)


def by_scan(pico: Pico) -> UUID:
    return record_scan(pico=pico, visitor=secrets.token_bytes(8), person=None)


def by_verb(pico: Pico) -> UUID:
    return record_event("pico.state_changed", pico=pico, actor=SYSTEM).pk


def waits_for_a_turn() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return bool(cursor.fetchone()[0])


def in_a_thread(work: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    done: list[Any] = []

    def do() -> None:
        try:
            done.append(work())
        finally:
            connections.close_all()

    thread = threading.Thread(target=do)
    thread.start()
    return thread, done


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("later", [by_scan, by_verb])
@pytest.mark.parametrize("earlier", [by_scan, by_verb])
def test_of_one_pico_nobody_draws_a_number_before_the_one_ahead_has_committed(earlier: Any, later: Any) -> None:
    pico, tick = a_pico(), threading.Event()
    with transaction.atomic():
        first = earlier(pico)
        thread, done = in_a_thread(lambda: later(pico))
        for _ in range(1000):
            if waits_for_a_turn() or done:
                break
            tick.wait(0.005)
        assert done == []
        second_of_the_holder = by_verb(pico)
    thread.join(10)

    order = list(Event.objects.filter(pico=pico).order_by("sequence").values_list("pk", flat=True))
    assert order == [first, second_of_the_holder, *done]


@pytest.mark.django_db(transaction=True)
def test_picos_do_not_wait_for_each_other() -> None:
    one, other = a_pico(), a_pico()
    with transaction.atomic():
        by_scan(one)
        thread, done = in_a_thread(lambda: by_scan(other))
        thread.join(10)
        assert len(done) == 1


@pytest.mark.django_db(transaction=True)
def test_events_of_many_threads_become_visible_in_their_order() -> None:
    """A reader that only ever looks behind the last number it saw misses nothing."""
    pico = a_pico()
    stop, seen = threading.Event(), []

    def read_on() -> None:
        last = 0
        while not stop.is_set() or Event.objects.filter(pico=pico, sequence__gt=last).exists():
            for event in Event.objects.filter(pico=pico, sequence__gt=last).order_by("sequence"):
                seen.append(event.pk)
                last = event.sequence

    def write() -> None:
        for step in range(8):
            with transaction.atomic():
                (by_scan if step % 2 else by_verb)(pico)

    thread, _ = in_a_thread(read_on)
    at_once(*[write] * 4)
    stop.set()
    thread.join(20)

    assert len(seen) == 32
    assert seen == list(Event.objects.filter(pico=pico).order_by("sequence").values_list("pk", flat=True))


@pytest.mark.django_db(transaction=True)
def test_events_of_several_picos_at_once_end_in_no_deadlock() -> None:
    picos_ = [a_pico() for _ in range(4)]

    def write(order: list[Pico]) -> int:
        for _ in range(5):
            with transaction.atomic():
                record_events([Draft(type="pico.state_changed", pico=pico) for pico in order])
        return 5

    orders = [picos_, picos_[::-1], picos_[2:] + picos_[:2], picos_[1::2] + picos_[::2]]
    assert at_once(*[lambda order=order: write(order) for order in orders]) == [5] * 4
    assert Event.objects.filter(type="pico.state_changed").count() == 80


@pytest.mark.django_db
def test_opening_the_page_is_a_scan_and_says_so(client: Client) -> None:
    pico = a_pico()
    answer = client.get(f"/P/{pico.code}", headers=JSON)
    assert answer.json()["scan"] == {"event": str(Event.objects.get(type="pico.scanned").pk)}
    again = client.get(f"/p/{pico.code.lower()}", headers=JSON)
    assert again.json()["scan"] == answer.json()["scan"]
    assert scans(pico) == 1


@pytest.mark.django_db
def test_the_page_of_an_unknown_code_is_no_scan(client: Client) -> None:
    a_pico()
    answer = client.get("/P/0000000000002", headers=JSON)
    assert answer.status_code == 404
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_what_only_prepares_a_visit_is_no_scan(client: Client) -> None:
    pico = a_pico()
    for headers in ({"Sec-Purpose": "prefetch"}, {"Purpose": "prefetch"}, {"User-Agent": "WhatsApp/2.23.20.0 A"}):
        answer = client.get(f"/P/{pico.code}", headers=JSON | headers)
        assert (answer.status_code, answer.json()["scan"]) == (200, None)
    assert client.head(f"/P/{pico.code}").status_code == 200
    assert scans(pico) == 0


@pytest.mark.django_db
def test_a_scanned_page_takes_few_queries(client: Client, django_assert_num_queries: Any) -> None:
    pico = a_pico()
    # The pico with product, company and owner; the scan is past Django's cursor.
    with django_assert_num_queries(1):
        client.get(f"/P/{pico.code}", headers=JSON)


@pytest.mark.django_db
def test_scans_of_one_thing_by_its_owner_are_the_owner_s(client: Client) -> None:
    conduit = a_conduit()
    client.force_login(conduit.owner, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/P/{conduit.pico.code}", headers=JSON).json()["you"] == "owner"
    assert Event.objects.get(type="pico.scanned").actor_id == conduit.owner_id
    stranger = Client(REMOTE_ADDR="203.0.113.9")
    stranger.force_login(a_person(), backend="django.contrib.auth.backends.ModelBackend")
    assert stranger.get(f"/P/{conduit.pico.code}", headers=JSON).json()["you"] == "anonymous"
    assert list(
        Event.objects.filter(type="pico.scanned").order_by("sequence").values_list("actor_kind", flat=True)
    ) == [
        "person",
        "anonymous",
    ]
