"""`manage.py up`: everything in the foreground, until Ctrl-C."""

import http.client
import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connections

from config import children
from config.file_lock import FileLock
from config.migrating import migrate_if_pending
from config.postgres import Cluster, ClusterError, reserved
from config.processes import Supervisor, is_port_free
from parties.models import Company

# How long the processes of a run that was killed may take to end before a new run gives up.
PREDECESSOR_ENDS_WITHIN = 15.0
HEAD_START = 4.0
SLOW_START = 30.0


class CannotStartError(Exception):
    """Something stands in the way; the message is one plain sentence for the terminal."""


class Command(BaseCommand):
    """Checks that nothing stands in the way, then starts the children and stays with them."""

    help = "Starts the database, web, live, worker and beat, seeds the demo, and runs until Ctrl-C."
    requires_system_checks = ()

    def handle(self, *_args: object, **_options: object) -> None:
        """Exit code 0 after Ctrl-C or SIGTERM, 1 when it cannot start."""
        try:
            with ExitStack() as stack:
                lock = stack.enter_context(_only_run())
                _check_ports()
                inherited = [lock.fileno()]
                cluster = None
                if settings.EMBEDDED_DATABASE:
                    cluster, users = stack.enter_context(reserved(settings.PICO_DATA_DIR))
                    inherited.append(users.fileno())
                supervisor = Supervisor(
                    run_dir=settings.PICO_DATA_DIR / "run",
                    log_dir=settings.PICO_DATA_DIR / "logs",
                    stream=sys.stdout,
                    inherited=inherited,
                )
                with supervisor:
                    self._run(supervisor, cluster)
        except (CannotStartError, ClusterError) as error:
            self.stderr.write(str(error))
            raise SystemExit(1) from error
        except KeyboardInterrupt:
            pass

    def _run(self, supervisor: Supervisor, cluster: Cluster | None) -> None:
        supervisor.terminal.say("Pico Conduit starts …")
        if cluster is not None:
            supervisor.start(children.database(cluster))
            supervisor.run_until(cluster.is_ready)
        with supervisor.interruptible():
            if cluster is not None:
                cluster.ensure_database()
            _prepare_tables()
        if supervisor.stop_requested:
            return
        for child in children.servers():
            supervisor.start(child)
        # All at once, they would share two cores, and the pages would come up last.
        supervisor.run_until(_servers_answer, timeout=HEAD_START)
        for child in children.helpers():
            supervisor.start(child)
        self._welcome(supervisor)
        supervisor.run()
        supervisor.terminal.say("Pico Conduit ends …")

    def _welcome(self, supervisor: Supervisor) -> None:
        """Say what to open, once everything works."""

        def all_work() -> bool:
            return _servers_answer() and all(supervisor.is_ready(child.name) for child in children.helpers())

        if not supervisor.run_until(all_work, timeout=SLOW_START):
            if not supervisor.stop_requested:
                supervisor.terminal.say(f"Still starting; {settings.PICO_DATA_DIR / 'logs'} says what happens.")
            supervisor.run_until(all_work)
        if supervisor.stop_requested:
            return
        supervisor.terminal.say(f"Ready at {settings.PUBLIC_URL} (Ctrl-C ends it).")
        if settings.PICO_DEMO:
            from demo.welcome import print_welcome  # noqa: PLC0415 the demo is left out of the other starts

            with supervisor.interruptible():
                print_welcome(sys.stdout)
                sys.stdout.flush()
            connections.close_all()


@contextmanager
def _only_run() -> Iterator[FileLock]:
    """Hold the data folder's lock, which the processes of one run share."""
    lock = FileLock(settings.PICO_DATA_DIR / "run" / "up.lock")
    deadline = time.monotonic() + PREDECESSOR_ENDS_WITHIN
    try:
        while not lock.take_alone():
            if _lives(lock.note) or time.monotonic() > deadline:
                message = (
                    f"Pico Conduit is already running on {settings.PICO_DATA_DIR} (process {lock.note}); "
                    "end it, or set PICO_DATA_DIR and the ports for a second one."
                )
                raise CannotStartError(message)
            time.sleep(0.05)
        lock.note = str(os.getpid())
        yield lock
    finally:
        lock.close()


def _lives(process_id: str) -> bool:
    """Whether that run still lives; a killed one leaves only its guard, which ends soon."""
    try:
        os.kill(int(process_id), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True


def _check_ports() -> None:
    names: dict[int, str] = {}
    for name, port in children.ports().items():
        if port in names:
            message = f"{names[port]} and {name} are both {port}; set one of them to another port."
            raise CannotStartError(message)
        names[port] = name
        try:
            free = is_port_free(settings.HOST, port)
        except OSError as error:
            message = f"{settings.HOST} port {port} cannot be used ({error.strerror}); set HOST or {name} to another."
            raise CannotStartError(message) from error
        if not free:
            message = f"Port {port} is in use by another program; end that program or set {name} to another port."
            raise CannotStartError(message)


def _prepare_tables() -> None:
    migrate_if_pending()
    if settings.PICO_DEMO and not Company.objects.exists():
        from demo.seed import seed_once  # noqa: PLC0415 half a second that only the first start needs

        seed_once()
    connections.close_all()


def _servers_answer() -> bool:
    return all(_answers(port) for port in (settings.PORT, settings.LIVE_PORT))


def _answers(port: int) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.HOST, settings.HOST)  # noqa: S104 nothing is bound here
    connection = http.client.HTTPConnection(host, port, timeout=1.0)
    try:
        connection.request("GET", "/healthz", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
