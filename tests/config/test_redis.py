"""With Redis as the broker: a bell wakes a worker at once, and losing Redis loses nothing. No sweeper runs here."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from celery import Celery
from django.conf import settings
from django.db import connection
from pytest_django import DjangoDbBlocker

from config.celery import app
from picos import bell
from picos.models import Pending
from picos.scanning import record_scan
from rules.models import Run
from tests.factories import a_conduit, a_rule

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [
    pytest.mark.redis,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(shutil.which("redis-server") is None, reason="there is no redis-server here"),
]

# No fixture has replaced it yet.
RING = bell.ring_now


@pytest.fixture(scope="module")
def broker(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The URL of a Redis that a worker on the test's own database listens to."""
    url = f"redis://127.0.0.1:{free_port()}/0"
    with django_db_blocker.unblock():
        environment = {"DATABASE_URL": database_url(), "CELERY_BROKER_URL": url, "SECRET_KEY": settings.SECRET_KEY}
    port = url.rpartition(":")[2].removesuffix("/0")
    redis = ["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", tempfile.gettempdir()]
    worker = [sys.executable, "-m", "celery", "-A", "config", "worker", "--queues", "events", "--loglevel", "INFO"]
    options = ["--pool", "threads", "--concurrency", "2", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    with running(redis, "Ready to accept connections"), running([*worker, *options], "ready.", **environment):
        yield url


@contextmanager
def running(command: list[str], ready: str, **environment: str) -> Iterator[None]:
    """A process that has said that it is ready, killed in the end."""
    with tempfile.NamedTemporaryFile("w+") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environment}, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            until(lambda: ready in Path(log.name).read_text(), seconds=60)
            yield
        finally:
            process.kill()
            process.wait()


def free_port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def database_url() -> str:
    connection.ensure_connection()
    database = connection.connection.info
    place = f"host={quote(database.host, safe='')}&port={database.port}"
    return f"postgresql://{database.user}:{quote(database.password)}@/{database.dbname}?{place}"


def until(reached: Callable[[], bool], *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.002)


@contextmanager
def publishing_to(url: str) -> Iterator[Celery]:
    """The project's application as it would be in a process with this CELERY_BROKER_URL."""
    # Celery reads the variable itself, before what it is told.
    with pytest.MonkeyPatch.context() as patch, Celery("pico-conduit", set_as_current=False) as other:
        patch.setenv("CELERY_BROKER_URL", url)
        other.conf.update(task_routes=app.conf.task_routes, task_default_queue="bulk", task_ignore_result=True)
        yield other


def test_a_bell_wakes_a_worker_long_before_a_sweeper_would(broker: str, monkeypatch: pytest.MonkeyPatch) -> None:
    conduit = a_conduit()
    a_rule(conduit.owner)
    seconds = []

    with publishing_to(broker) as other:
        monkeypatch.setattr(bell, "current_app", other)
        monkeypatch.setattr(bell, "ring_now", RING)
        for visitor in range(9):
            begin = time.monotonic()
            record_scan(pico=conduit.pico, visitor=visitor.to_bytes(8), person=None)
            until(lambda: not Pending.objects.exists(), seconds=10)
            seconds.append(time.monotonic() - begin)

    assert Run.objects.filter(outcome="fired").count() == 9
    # A few milliseconds on a quiet machine; the suite's machine is none.
    assert sorted(seconds)[4] < 0.8, seconds


def test_scans_go_on_without_redis_and_are_handled_once_it_is_back(
    broker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    conduit = a_conduit()
    a_rule(conduit.owner)

    with publishing_to(f"redis://127.0.0.1:{free_port()}/0") as deaf:
        monkeypatch.setattr(bell, "current_app", deaf)
        monkeypatch.setattr(bell, "ring_now", RING)
        begin = time.monotonic()
        for visitor in range(5):
            record_scan(pico=conduit.pico, visitor=visitor.to_bytes(8), person=None)
        assert time.monotonic() - begin < 1
    assert Pending.objects.filter(event__type="pico.scanned").count() == 5

    with publishing_to(broker) as back:
        # As beat does every second.
        back.send_task(bell.EVENTS)
        until(lambda: not Pending.objects.exists(), seconds=10)
    assert Run.objects.filter(outcome="fired").count() == 5
