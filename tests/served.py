"""A server as a stranger starts it: `manage.py up` in a folder and on ports of its own, ended with the test."""

import os
import re
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from config.postgres import cluster_for

ROOT = Path(__file__).parent.parent
STARTS_WITHIN = 120.0


@dataclass(frozen=True)
class Served:
    """A running server and where it keeps its things."""

    url: str
    data_dir: Path
    database_url: str
    environment: dict[str, str]

    @property
    def printed(self) -> str:
        """What the terminal shows by now."""
        return (self.data_dir / "printed").read_text()

    def wait_for(self, pattern: str, *, seconds: float = 10) -> list[str]:
        """What the terminal shows that matches, as soon as it does."""
        deadline = time.monotonic() + seconds
        while not (found := re.findall(pattern, self.printed)):
            assert time.monotonic() < deadline, f"{pattern} never came in:\n{self.printed}"
            time.sleep(0.05)
        return found

    def newest_mail(self, *, to: str) -> str:
        """The newest mail to an address, as a person finds it; waits a little for it."""
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            mails = sorted((self.data_dir / "mail").glob("*.log"), key=lambda path: path.stat().st_mtime)
            found = [text for path in mails if f"To: {to}" in (text := path.read_text())]
            if found:
                return found[-1].rpartition(f"To: {to}")[2]
            time.sleep(0.05)
        raise AssertionError(f"no mail to {to}")


@contextmanager
def serving(**environment: str) -> Iterator[Served]:
    """A server that answers; `environment` is added to its own.

    Its database is the embedded one, or a new one on the server that DATABASE_URL names.
    """
    with ExitStack() as stack:
        data_dir = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pico-up-")))
        ports = _free_ports(3)
        own = dict(zip(("PORT", "LIVE_PORT", "CALLCENTRE_PORT"), map(str, ports), strict=True))
        url = f"http://localhost:{ports[0]}"
        own |= {"PICO_DATA_DIR": str(data_dir), "PUBLIC_URL": url}
        if server := os.environ.get("DATABASE_URL"):
            own["DATABASE_URL"] = stack.enter_context(_database_on(server))
        whole = os.environ | own | environment
        printed = stack.enter_context((data_dir / "printed").open("w"))
        up = subprocess.Popen([sys.executable, "manage.py", "up"], cwd=ROOT, env=whole, stdout=printed, stderr=printed)
        try:
            served = Served(url, data_dir, own.get("DATABASE_URL") or cluster_for(data_dir).url(), whole)
            _wait_until_ready(served, up)
            yield served
        finally:
            up.terminate()
            up.wait(30)


@contextmanager
def _database_on(server: str) -> Iterator[str]:
    """The URL of a database of its own, dropped in the end."""
    name = f"pico_served_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _wait_until_ready(served: Served, up: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while "(Ctrl-C ends it)" not in served.printed:
        assert up.poll() is None, served.printed
        assert time.monotonic() < deadline, served.printed
        time.sleep(0.1)
    with urllib.request.urlopen(f"{served.url}/healthz", timeout=5) as answer:
        assert answer.status == 200


def _free_ports(number: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
