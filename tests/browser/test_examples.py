"""The examples of docs/api.md, copied literally into a shell, one after the other, against the running server."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.served import ROOT, Served

pytestmark = pytest.mark.browser

# Each request's status goes to stderr; what goes wrong ends the shell.
WATCHED = "set -eo pipefail\ncurl() { command curl -w '%{stderr}%{http_code}\\n' \"$@\"; }\n"


def examples(served: Served) -> str:
    """In their order, with this server's address and this Python."""
    blocks = re.findall(r"^```sh\n(.*?)^```", (ROOT / "docs" / "api.md").read_text(), re.MULTILINE | re.DOTALL)
    shell = WATCHED + "\n".join(blocks)
    return shell.replace("SERVER=http://localhost:8000", f"SERVER={served.url}").replace(
        ".venv/bin/python", sys.executable
    )


@pytest.mark.timeout(300)
def test_every_example_does_what_it_says(served: Served, tmp_path: Path) -> None:
    shell = tmp_path / "examples.sh"
    shell.write_text(examples(served))
    done = subprocess.run(
        ["bash", str(shell)],
        cwd=ROOT,
        env=os.environ | served.environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    statuses = re.findall(r"^\d{3}$", done.stderr, re.MULTILINE)
    assert done.returncode == 0, done.stdout + done.stderr
    # The one that is refused is the message while the line is paused.
    assert [status for status in statuses if not status.startswith("2")] == ["409"]
    assert len(statuses) > 40
