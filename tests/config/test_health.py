"""Liveness, readiness and figures: what an operator's tools ask."""

from typing import Any, Self

import pytest
from django.db import OperationalError, connection
from django.test import Client
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from conduits.delivery import switching
from conduits.delivery.queueing import queue_test
from config import health
from picos.models import Event, Pending
from picos.scanning import record_scan
from rules.engine.draining import drain
from tests.factories import a_company, a_pico, an_endpoint

READY = {"ready": True, "database": "ok", "broker": "ok", "lag": "ok"}


def figures(client: Client) -> dict[str, float]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    families = list(text_string_to_metric_families(answer.content.decode()))  # type: ignore[no-untyped-call]
    assert {family.type for family in families} == {"gauge"}
    assert all(family.documentation for family in families)
    return {sample.name: sample.value for family in families for sample in family.samples}


def a_waiting_event() -> Event:
    record_scan(pico=a_pico(), visitor=bytes(8), person=None)
    return Event.objects.get()


def test_the_process_answers_without_asking_the_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, b"ok", "text/plain")


@pytest.mark.django_db
def test_a_server_that_can_work_is_ready(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer["Content-Type"], answer.json()) == (200, "application/json", READY)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_who_asks_gets_no_cookie(path: str, client: Client) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.cookies) == (200, {})


@pytest.mark.django_db
def test_without_the_broker_it_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broker:
        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def ensure_connection(self, **_: object) -> None:
            raise ConnectionRefusedError

    monkeypatch.setattr("config.health.current_app.connection_for_write", lambda **_: Broker())
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == READY | {"ready": False, "broker": "cannot be reached"}


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def cursor(*_: Any) -> None:
        raise OperationalError("the server is away")

    monkeypatch.setattr(connection, "cursor", cursor)


@pytest.mark.usefixtures("no_database")
def test_without_the_database_it_is_not_ready_but_alive(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    away = {"ready": False, "database": "cannot be asked", "lag": "cannot be asked"}
    assert answer.json() == READY | away
    assert client.get("/healthz").status_code == 200


@pytest.mark.usefixtures("no_database")
def test_without_the_database_there_are_no_figures(client: Client) -> None:
    answer = client.get("/metrics")
    assert (answer.status_code, answer["Content-Type"]) == (503, "text/plain")


@pytest.mark.django_db
@pytest.mark.parametrize(("age", "status"), [(29, 200), (31, 503)])
def test_events_that_pile_up_make_it_unready(
    age: int, status: int, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_waiting_event()
    pending, _, waiting, overdue = health._figures()
    assert pending == 1
    monkeypatch.setattr(health, "_figures", lambda: (pending, float(age), waiting, overdue))
    answer = client.get("/readyz")
    assert answer.status_code == status
    assert answer.json() == READY | ({} if status == 200 else {"ready": False, "lag": "events wait 31 s"})


@pytest.mark.django_db
def test_the_figures_of_an_idle_server_are_nought(client: Client) -> None:
    read = figures(client)
    assert 0 < read.pop("pico_database_seconds") < 60
    assert read == {
        "pico_events_pending": 0,
        "pico_events_lag_seconds": 0,
        "pico_deliveries_waiting": 0,
        "pico_deliveries_overdue_seconds": 0,
    }


@pytest.mark.django_db
def test_the_figures_tell_what_waits(client: Client) -> None:
    a_waiting_event()
    endpoint, off = an_endpoint(a_company()), an_endpoint(a_company())
    for one in (endpoint, endpoint, off):
        queue_test(one)
    switching.disable(off, reason="It answered nothing for five days.")
    read = figures(client)
    assert read["pico_events_pending"] == Pending.objects.count() == 2
    assert read["pico_events_lag_seconds"] < 60
    assert read["pico_deliveries_waiting"] == 2
    assert read["pico_deliveries_overdue_seconds"] < 60
    drain()
    assert figures(client)["pico_events_pending"] == 0
