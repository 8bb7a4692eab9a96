"""Both scenes through public doors alone, as `make story` plays them beside a running server."""

import json
import subprocess
import sys

import pytest

from tests.served import ROOT, Served

pytestmark = pytest.mark.browser


def test_the_story_is_seen_to_its_end(served: Served) -> None:
    # A busy machine's second is not the story's.
    command = [sys.executable, "manage.py", "story", "--answer-within", "15"]
    told = subprocess.run(command, cwd=ROOT, env=served.environment, capture_output=True, text=True, check=False)

    assert told.returncode == 0, told.stderr
    last = json.loads(told.stdout)
    assert last["seen"]
    assert last["scan_to_answer_ms"] < 15_000
    assert {step["scene"] for step in last["steps"]} == {"The moccasin", "The cable modem"}
