"""Whether the server lives, whether it can work, and its figures."""

import time

from celery import current_app
from django.db import connection
from django.db.utils import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest

# Events that wait longer than this mean that nobody drains them (seconds).
LAG_LIMIT = 30.0

_FIGURES = """
SELECT (SELECT count(*) FROM picos_pending),
       (SELECT coalesce(extract(epoch FROM now() - min(e.at)), 0)
          FROM picos_event e WHERE e.id = (SELECT event_id FROM picos_pending ORDER BY sequence LIMIT 1)),
       (SELECT count(*) FROM conduits_delivery AS d JOIN conduits_endpoint AS e ON e.id = d.endpoint_id
         WHERE d.state = 'waiting' AND e.status = 'enabled'),
       (SELECT coalesce(extract(epoch FROM now() - min(next_attempt_at)), 0)
          FROM conduits_delivery AS d JOIN conduits_endpoint AS e ON e.id = d.endpoint_id
         WHERE d.state = 'waiting' AND e.status = 'enabled' AND next_attempt_at < now())
"""


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    del request
    return HttpResponse("ok", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """Whether database and broker are there and events do not pile up: 200, else 503, with each check's word."""
    del request
    checks = {"database": "ok", "broker": "ok", "lag": "ok"}
    try:
        _, lag, _, _ = _figures()
        if lag > LAG_LIMIT:
            checks["lag"] = f"events wait {lag:.0f} s"
    except Error:
        checks["database"] = checks["lag"] = "cannot be asked"
    try:
        with current_app.connection_for_write(connect_timeout=1) as broker:
            broker.ensure_connection(max_retries=1, timeout=1)
    except Exception:  # noqa: BLE001 (each transport raises its own)
        checks["broker"] = "cannot be reached"
    ready = set(checks.values()) == {"ok"}
    return JsonResponse({"ready": ready, **checks}, status=200 if ready else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    """OpenMetrics 1.0. Read from the database, so that each web process tells the same."""
    del request
    started = time.perf_counter()
    try:
        pending, lag, waiting, overdue = _figures()
    except Error:
        return HttpResponse("the database cannot be asked", status=503, content_type="text/plain")
    registry = CollectorRegistry()
    for name, words, value in (
        ("pico_events_pending", "Events that no rule has seen yet", pending),
        ("pico_events_lag_seconds", "Age of the oldest of them", lag),
        ("pico_deliveries_waiting", "Deliveries that wait for an attempt", waiting),
        ("pico_deliveries_overdue_seconds", "How long the oldest due delivery has waited", overdue),
        ("pico_database_seconds", "How long these figures took", time.perf_counter() - started),
    ):
        Gauge(name, words, registry=registry).set(value)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)  # type: ignore[no-untyped-call]


def _figures() -> tuple[float, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES)
        return tuple(float(figure) for figure in cursor.fetchone())
