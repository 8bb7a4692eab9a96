"""The processes that together are Pico Conduit, in the order in which they start."""

import re
import signal
import sys
from collections.abc import Iterator

from django.conf import settings

from config.child import EVERYTHING, Child
from config.postgres import Cluster
from live.room import MOST_PAGES, SPARE_FILES

# A refused row is an ERROR to PostgreSQL and daily work to us; these are what keeps the server from running.
SERVER_TROUBLE = re.compile(r"PANIC:|FATAL: +(lock file|data directory|database files|could not|pre-existing)")
WORKER_READY = re.compile(r"\w+@\S+ ready")
# A process for each queue: neither a hung endpoint nor a million picos being minted may keep an event waiting. Few
# threads do: more drains at a time are smaller ones, each with the same trips to the database; and each of the sender's
# has hundreds of messages under way, and waits for no slow one.
WORKERS = (("worker", "events", 2), ("sender", "deliveries", 8), ("minter", "bulk", 4))
# Scans gather while others are written: many threads make large groups, and most of them wait.
BLOCKING_THREADS = 32


def database(cluster: Cluster) -> Child:
    """The embedded PostgreSQL. SIGINT is its fast shutdown: it ends open connections and writes a checkpoint."""
    return Child(
        name="postgres",
        command=cluster.command(),
        privileges=cluster.privileges(),
        before_start=cluster.forget_killed_server,
        stop_signal=signal.SIGINT,
        last=True,
        shows=SERVER_TROUBLE,
    )


def servers() -> Iterator[Child]:
    """What people wait for."""
    environment = _environment()
    yield Child(
        name="web",
        command=granian("wsgi", "config.wsgi", host=settings.HOST, port=settings.PORT, workers=2),
        environment=environment,
    )
    yield Child(name="live", command=live(host=settings.HOST, port=settings.LIVE_PORT), environment=environment)


def helpers() -> Iterator[Child]:
    """What works behind them. Each prints a line when it is ready."""
    environment = _environment()
    for name, queue, threads in WORKERS:
        yield Child(name=name, command=_worker(queue, threads), environment=environment, ready=WORKER_READY)
    yield Child(name="beat", command=_beat(), environment=environment)
    if settings.PICO_DEMO:
        command = [sys.executable, "manage.py", "callcentre"]
        yield Child(name="callcentre", command=command, environment=environment, shows=EVERYTHING)


def granian(interface: str, module: str, *, host: str, port: int, workers: int) -> list[str]:
    """The command that serves a module's `application`."""
    threads = ["--blocking-threads", str(BLOCKING_THREADS)] if interface == "wsgi" else []
    return [
        *(sys.executable, "-m", "granian", f"{module}:application", "--interface", interface),
        *("--host", host, "--port", str(port), "--workers", str(workers), *threads),
        *("--no-ws", "--respawn-failed-workers", "--workers-kill-timeout", "3"),
    ]


def live(*, host: str, port: int) -> list[str]:
    """The command that serves open pages: each is a request that goes on, and granian takes 1,024 unless told."""
    at_once = str(MOST_PAGES + SPARE_FILES)
    return [*granian("asgi", "live.app", host=host, port=port, workers=1), "--backpressure", at_once]


def ports() -> dict[str, int]:
    """Which port each variable of the environment gives to a child."""
    ports = {"PORT": settings.PORT, "LIVE_PORT": settings.LIVE_PORT}
    return {**ports, "CALLCENTRE_PORT": settings.CALLCENTRE_PORT} if settings.PICO_DEMO else ports


def _environment() -> dict[str, str]:
    environment = {"PICO_DATA_DIR": str(settings.PICO_DATA_DIR), "PYTHONUNBUFFERED": "1"}
    if settings.PICO_DEMO:
        # The demo's call centre listens on this machine.
        allowed = [*map(str, settings.PICO_WEBHOOK_ALLOW), "127.0.0.0/8"]
        environment["PICO_WEBHOOK_ALLOW"] = ",".join(allowed)
    return environment


def _worker(queue: str, threads: int) -> list[str]:
    return [
        *(sys.executable, "-m", "celery", "-A", "config", "worker", "--queues", queue, "--hostname", f"{queue}@%h"),
        *("--pool", "threads", "--concurrency", str(threads), "--loglevel", "INFO"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]


def _beat() -> list[str]:
    schedule = str(settings.PICO_DATA_DIR / "celerybeat-schedule")
    # No pid file: one left by a killed beat would keep the next from starting.
    return [sys.executable, "-m", "celery", "-A", "config", "beat", "--schedule", schedule, "--pidfile", ""]
