"""A real django-helpdesk: its own process, on a database of its own, ended with the test."""

import base64
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.served import ROOT

STARTS_WITHIN = 60.0
# One queue, a user of ours, and an agent.
_FURNISH = """
import django
django.setup()
from django.contrib.auth import get_user_model
from helpdesk.models import Queue
Queue.objects.create(title="Customers", slug="customers", allow_public_submission=True)
users = get_user_model().objects
users.create_superuser("pico", "", "pico's password")
users.create_superuser("agent", "", "agent's password")
"""


@dataclass(frozen=True)
class Helpdesk:
    """A running helpdesk, asked as its users ask it."""

    url: str
    queue: int = 1

    def ask(self, method: str, path: str, body: Any = None, *, user: str = "agent") -> Any:
        """Its API's answer."""
        key = base64.b64encode(f"{user}:{user}'s password".encode()).decode()
        headers = {"Authorization": f"Basic {key}", "Content-Type": "application/json"}
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self.url}/api{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def tickets(self) -> list[dict[str, Any]]:
        """All of them, each with its follow-ups."""
        return list(self.ask("GET", "/tickets/")["results"])

    def follow_up(self, ticket: int, comment: str, *, public: bool = True) -> int:
        """What an agent writes on a ticket."""
        said = {"ticket": ticket, "comment": comment, "public": public}
        return int(self.ask("POST", "/followups/", said)["id"])


@contextmanager
def helpdesk(folder: Path, port: int, *, tells: str) -> Iterator[Helpdesk]:
    """A helpdesk at this port, which tells this address of follow-ups."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.helpdesk.project",
        "HELPDESK_FOLDER": str(folder),
        "HELPDESK_FOLLOWUP_WEBHOOK_URLS": tells,
    }
    for program in (["-m", "django", "migrate", "--verbosity", "0"], ["-c", _FURNISH]):
        subprocess.run([sys.executable, *program], cwd=ROOT, env=environment, check=True, capture_output=True)
    command = [sys.executable, "-m", "django", "runserver", "--noreload", f"127.0.0.1:{port}"]
    with (folder / "printed").open("w") as printed:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=printed, stderr=printed)
        try:
            running = Helpdesk(f"http://127.0.0.1:{port}")
            _wait_until_ready(running, process, folder / "printed")
            yield running
        finally:
            process.terminate()
            process.wait(30)


def _wait_until_ready(running: Helpdesk, process: "subprocess.Popen[bytes]", printed: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            running.tickets()
        except urllib.error.HTTPError as error:
            raise AssertionError(printed.read_text()) from error
        except OSError:
            assert process.poll() is None, printed.read_text()
            assert time.monotonic() < deadline, printed.read_text()
            time.sleep(0.1)
        else:
            return
