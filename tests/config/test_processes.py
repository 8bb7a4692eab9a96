"""The supervisor with small programs for children: what it starts again, and that it leaves nothing running."""

import itertools
import json
import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.processes import is_port_free

# Real processes, started and killed: beside the suite, see `make test-crash`.
pytestmark = pytest.mark.crash

ROOT = Path(__file__).resolve().parents[2]

SUPERVISE = """
import json, re, signal, sys
from pathlib import Path
from config.child import EVERYTHING, Child
from config.processes import Supervisor

signal.signal(signal.SIGHUP, signal.SIG_DFL)  # as in a terminal, also where the tests run under nohup
folder = Path(sys.argv[1])
supervisor = Supervisor(run_dir=folder / "run", log_dir=folder / "logs", stream=sys.stdout, patience=1.0)
with supervisor:
    for spec in json.loads(sys.argv[2]):
        supervisor.start(Child(command=[sys.executable, "-c", spec["program"]], name=spec["name"],
                               last=spec.get("last", False), shows=EVERYTHING))
    supervisor.run()
"""

# Says that it runs, and when it ends.
POLITE = """
import signal, sys, time
def end(*_):
    time.sleep({pause})
    print("ends", time.monotonic(), flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("runs", flush=True)
time.sleep(600)
"""
# Hears no SIGTERM, and has a child of its own that hears none either.
STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("grandchild", child.pid, flush=True)
time.sleep(600)
"""


class Running:
    """A supervisor in a process of its own, and what it printed so far."""

    def __init__(self, folder: Path, *children: dict[str, object]) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISE, str(folder), json.dumps(children)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        self.printed: list[str] = []

    def line(self, pattern: str) -> re.Match[str]:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.printed.append(line.rstrip())
            if found := re.search(pattern, line):
                return found
        pytest.fail(f"no line {pattern!r} in {self.printed}")

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        output, _ = self.process.communicate(timeout=30)
        self.printed += output.splitlines()
        return self.process.returncode

    def process_ids(self) -> dict[str, int]:
        ids: dict[str, int] = json.loads((self.folder / "run" / "processes.json").read_text())
        return ids


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def start(*children: dict[str, object]) -> Running:
        started.append(Running(tmp_path, *children))
        return started[-1]

    yield start
    for run in started:
        run.process.kill()
        run.process.wait()
        if run.process.stdout is not None:
            run.process.stdout.close()


def polite(name: str, *, pause: float = 0.0, last: bool = False) -> dict[str, object]:
    return {"name": name, "program": POLITE.format(pause=pause), "last": last}


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def until(condition: Callable[[], bool], *, seconds: float = 15.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def test_a_child_that_is_killed_starts_again(supervise: Callable[..., Running]) -> None:
    run = supervise(polite("web"))
    run.line("web +runs")
    first = run.process_ids()["web"]

    os.kill(first, signal.SIGKILL)

    run.line("web +was killed by signal 9; starts again")
    run.line("web +runs")
    assert run.process_ids()["web"] != first
    assert run.end() == 0


def test_the_remains_of_a_killed_child_s_group_are_ended_before_it_starts_again(
    supervise: Callable[..., Running],
) -> None:
    run = supervise({"name": "web", "program": STUBBORN})
    grandchild = int(run.line(r"grandchild (\d+)")[1])

    os.kill(run.process_ids()["web"], signal.SIGKILL)

    run.line("grandchild")
    assert until(lambda: not lives(grandchild))


def test_a_child_that_keeps_dying_is_started_ever_more_slowly(supervise: Callable[..., Running]) -> None:
    run = supervise({"name": "web", "program": "import time; print(time.monotonic(), flush=True); raise SystemExit(3)"})
    starts = [float(run.line(r"web +([\d.]+)$")[1]) for _ in range(4)]
    pauses = [later - earlier for earlier, later in itertools.pairwise(starts)]

    assert [pause > least for pause, least in zip(pauses, (0.1, 0.2, 0.4), strict=True)] == [True, True, True]
    assert f"web        ended (3): {starts[0]!r}; starts again" in run.printed
    assert run.end() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_children_and_the_database_last(
    supervise: Callable[..., Running], number: signal.Signals
) -> None:
    run = supervise(polite("postgres", last=True), polite("web", pause=0.3), polite("worker"))
    for _ in range(3):
        run.line("runs")
    ids = run.process_ids()

    assert run.end(number) == 0

    ends = {name: float((run.folder / "logs" / f"{name}.log").read_text().split("ends ")[1]) for name in ids}
    assert max(ends, key=ends.__getitem__) == "postgres"
    assert not any(map(lives, ids.values()))
    assert not (run.folder / "run" / "processes.json").exists()


def test_a_child_that_does_not_end_is_killed_with_its_children(supervise: Callable[..., Running]) -> None:
    run = supervise({"name": "web", "program": STUBBORN})
    grandchild = int(run.line(r"grandchild (\d+)")[1])
    leader = run.process_ids()["web"]

    assert run.end() == 0

    assert "web        did not end in time; killed" in run.printed
    assert until(lambda: not lives(leader) and not lives(grandchild))


def test_nothing_is_left_when_the_supervisor_itself_is_killed(supervise: Callable[..., Running]) -> None:
    run = supervise(polite("web"), {"name": "worker", "program": STUBBORN})
    grandchild = int(run.line(r"grandchild (\d+)")[1])
    ids = [*run.process_ids().values(), grandchild]
    assert all(map(lives, ids))

    run.process.kill()

    assert until(lambda: not any(map(lives, ids)))


def test_a_killed_guard_is_replaced_and_knows_the_children(supervise: Callable[..., Running]) -> None:
    run = supervise(polite("web"))
    run.line("runs")
    guard = guard_of(run.process.pid)
    os.kill(guard, signal.SIGKILL)
    assert until(lambda: guard_of(run.process.pid) not in {0, guard})
    web = run.process_ids()["web"]

    run.process.kill()

    assert until(lambda: not lives(web))


def guard_of(supervisor: int) -> int:
    """The supervisor's guard, or 0 while it has none."""
    children = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()
    for child in map(int, children):
        if lives(child) and b"process_guard" in Path(f"/proc/{child}/cmdline").read_bytes():
            return child
    return 0


def test_a_program_that_does_not_exist_is_named(tmp_path: Path) -> None:
    program = SUPERVISE.replace("[sys.executable,", '["/no/such/program",')
    command = [sys.executable, "-c", program, str(tmp_path), json.dumps([polite("web")])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert "could not be started" in process.stdout.readline()
        process.terminate()
        process.communicate()
    assert process.returncode == 0


def test_the_log_has_every_line_and_the_terminal_those_that_tell_of_trouble(tmp_path: Path) -> None:
    program = textwrap.dedent(SUPERVISE).replace(", shows=EVERYTHING", "")
    lines = "print('INFO fine\\nERROR broken', flush=True); import time; time.sleep(600)"
    command = [sys.executable, "-c", program, str(tmp_path), json.dumps([{"name": "web", "program": lines}])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "web        ERROR broken\n"
        process.terminate()
    assert (tmp_path / "logs" / "web.log").read_text() == "INFO fine\nERROR broken\n"


def test_a_closed_terminal_does_not_stop_the_children(supervise: Callable[..., Running]) -> None:
    run = supervise(polite("web"))
    run.line("runs")
    assert run.process.stdout is not None
    run.process.stdout.close()
    web = run.process_ids()["web"]

    os.kill(web, signal.SIGKILL)

    assert until(lambda: run.process_ids().get("web", web) != web)
    run.process.terminate()
    assert run.process.wait(timeout=30) == 0


def test_a_port_is_taken_while_somebody_listens_on_it() -> None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        assert is_port_free("127.0.0.1", port)
        listener.listen()
        assert not is_port_free("127.0.0.1", port)
