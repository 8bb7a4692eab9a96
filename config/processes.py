"""The supervisor of `manage.py up`: starts children, starts those again that die, and ends all of them together.

Each child leads a process group of its own, so that its end takes its grandchildren along. It knows nothing of
Django or of what the children do; `config/management/commands/up.py` says which there are.
"""

import errno
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Any, Self, TextIO, cast

from config import process_guard
from config.child import Child
from config.process_output import Output, Terminal

FIRST_DELAY = 0.1
LONGEST_DELAY = 5.0
# A child that ran this long was well; its next failure counts as a first one.
STEADY_AFTER = 10.0
# How long a child may take to end before it is killed.
PATIENCE = 5.0
# The same for what a killed supervisor left: a new one is waiting for the ports.
GUARD_PATIENCE = 2.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class _Run:
    """What is known of a child now: running (`process`), or to be started again at `due`."""

    child: Child
    process: subprocess.Popen[bytes] | None = None
    output: Output | None = None
    started: float = 0.0
    delay: float = FIRST_DELAY
    due: float = 0.0


class Supervisor:
    """Runs children until SIGINT, SIGTERM or SIGHUP. A context manager: its end is the children's end."""

    def __init__(
        self,
        *,
        run_dir: Path,
        log_dir: Path,
        stream: TextIO,
        inherited: Sequence[int] = (),
        patience: float = PATIENCE,
    ) -> None:
        """`run_dir` gets `processes.json`; the descriptors `inherited` are held until every child is gone."""
        self._patience = patience
        self._run_dir = run_dir
        self._log_dir = log_dir
        self.terminal = Terminal(stream)
        self._inherited = inherited
        self._runs: list[_Run] = []
        self._selector = selectors.DefaultSelector()
        self._guard: subprocess.Popen[bytes] | None = None
        self._handlers: dict[int, Any] = {}
        self._interruptible = False
        self.stop_requested = False

    def __enter__(self) -> Self:
        """Take over the signals."""
        self._run_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._log_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        for number in SIGNALS:
            if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
                continue  # under nohup
            self._handlers[number] = signal.signal(number, self._request_stop)
        self._watch_guard()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all children, whatever happened."""
        self.stop()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def _request_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stop_requested = True
        if self._interruptible:
            raise KeyboardInterrupt

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """For long work in this process between starts: a signal ends it at once, by KeyboardInterrupt."""
        self._interruptible = True
        try:
            if self.stop_requested:
                raise KeyboardInterrupt
            yield
        finally:
            self._interruptible = False

    def start(self, child: Child) -> None:
        """Start a child, and keep it running from now on."""
        run = _Run(child)
        self._runs.append(run)
        self._launch(run)

    def is_ready(self, name: str) -> bool:
        """Whether the child of that name has said since its latest start that it is ready."""
        return any(run.output is not None and run.output.is_ready for run in self._runs if run.child.name == name)

    def run(self) -> None:
        """Keep the children running until a signal asks for the end."""
        self.run_until(lambda: False)

    def run_until(self, reached: Callable[[], bool], *, timeout: float | None = None) -> bool:
        """Keep the children running until `reached()`; False when a signal or `timeout` seconds came first."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while not self.stop_requested:
            if reached():
                return True
            if deadline is not None and time.monotonic() > deadline:
                return False
            self._turn()
        return False

    def _turn(self) -> None:
        """Pass on output for up to 50 ms, then see to the dead and the due."""
        self._pass_on_output(0.05)
        self._watch_guard()
        for run in self._runs:
            if run.process is None:
                if time.monotonic() >= run.due:
                    self._launch(run)
            elif run.process.poll() is not None:
                self._bury(run, run.process)

    def _launch(self, run: _Run) -> None:
        child = run.child
        run.started = time.monotonic()
        try:
            child.before_start()
            process = subprocess.Popen(
                child.command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, **child.environment},
                **child.privileges,
            )
        except OSError as error:
            self.terminal.say(f"could not be started: {error}", name=child.name)
            self._plan_restart(run)
            return
        run.process = process
        self._write_to_guard(f"{_start_line(child, process)}\n")
        pipe = cast("IO[bytes]", process.stdout)
        log_path = self._log_dir / f"{child.name}.log"
        run.output = Output(pipe=pipe, child=child, log_path=log_path, terminal=self.terminal)
        self._selector.register(pipe, selectors.EVENT_READ, run.output)
        self._write_process_ids()

    def _bury(self, run: _Run, process: subprocess.Popen[bytes]) -> None:
        """Clear up behind a child that died, and plan its next start."""
        output, code = run.output, process.returncode
        self._clear_up(run, process)
        last_words = f": {output.latest}" if output is not None and output.latest else ""
        how = f"was killed by signal {-code}" if code < 0 else f"ended ({code}){last_words}"
        self._plan_restart(run)
        self.terminal.say(f"{how}; starts again", name=run.child.name)

    def _plan_restart(self, run: _Run) -> None:
        now = time.monotonic()
        if now - run.started >= STEADY_AFTER:
            run.delay = FIRST_DELAY
        run.due = now + run.delay
        run.delay = min(run.delay * 2, LONGEST_DELAY)

    def _clear_up(self, run: _Run, process: subprocess.Popen[bytes]) -> None:
        # What its leader left of the group still holds its port.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        if run.output is not None:
            with suppress(KeyError):
                self._selector.unregister(run.output.pipe)
            run.output.close()
        run.process = run.output = None
        self._write_to_guard(f"end {process.pid}\n")

    def _pass_on_output(self, seconds: float) -> None:
        if not self._selector.get_map():
            time.sleep(seconds)
        for key, _ in self._selector.select(seconds):
            if not key.data.read():
                self._selector.unregister(key.fileobj)

    def stop(self) -> None:
        """End the children in reverse order, those marked `last` at the very end, by force after `patience` seconds."""
        self.stop_requested = True
        self.terminal.is_quiet = True  # what a child complains of while it ends tells nothing
        for last in (False, True):
            runs = [run for run in reversed(self._runs) if run.child.last is last]
            for run in runs:
                if run.process is not None:
                    run.process.send_signal(run.child.stop_signal)
            deadline = time.monotonic() + self._patience
            for run in runs:
                if run.process is not None:
                    self._await_end(run, run.process, deadline)
        self._runs.clear()
        self._dismiss_guard()
        self._selector.close()
        (self._run_dir / "processes.json").unlink(missing_ok=True)

    def _await_end(self, run: _Run, process: subprocess.Popen[bytes], deadline: float) -> None:
        while process.poll() is None and time.monotonic() < deadline:
            self._pass_on_output(0.02)
        if process.returncode is None:
            self.terminal.say("did not end in time; killed", name=run.child.name)
            process.kill()
            process.wait()
        self._clear_up(run, process)

    def _write_process_ids(self) -> None:
        """Who runs as which process, for tests and for people."""
        ids = {run.child.name: run.process.pid for run in self._runs if run.process is not None}
        draft = self._run_dir / "processes.json.draft"
        draft.write_text(json.dumps(ids))
        draft.replace(self._run_dir / "processes.json")

    def _watch_guard(self) -> None:
        """Keep a guard running that knows all children."""
        if self._guard is not None and self._guard.poll() is None:
            return
        self._dismiss_guard()
        known = [_start_line(run.child, run.process) for run in self._runs if run.process is not None]
        self._guard = subprocess.Popen(
            [sys.executable, "-I", "-S", process_guard.__file__, str(GUARD_PATIENCE), *known],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=self._inherited,
            bufsize=0,
        )

    def _write_to_guard(self, line: str) -> None:
        if self._guard is not None and self._guard.stdin is not None:
            with suppress(BrokenPipeError):
                self._guard.stdin.write(line.encode())

    def _dismiss_guard(self) -> None:
        if self._guard is not None and self._guard.stdin is not None:
            with suppress(BrokenPipeError):
                self._guard.stdin.close()
            self._guard.wait()
            self._guard = None


def _start_line(child: Child, process: subprocess.Popen[bytes]) -> str:
    return f"start {process.pid} {int(child.stop_signal)} {int(child.last)}"


def is_port_free(host: str, port: int) -> bool:
    """Whether a server could listen there now. OSError when `host` is no address of this machine."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True
