"""What a child process prints: all of it into a log file, and what a person needs onto the terminal."""

import os
from contextlib import suppress
from pathlib import Path
from typing import IO, TextIO

from config.child import Child

LONGEST_LOG = 10_000_000
LONGEST_LINE = 16_384


class Terminal:
    """A stream that several children share; each line carries its child's name."""

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream`. Set `is_quiet` to keep the children's lines back."""
        self.stream = stream
        self.is_quiet = False

    def say(self, text: str, *, name: str = "") -> None:
        """Write one line. A closed terminal is no reason to stop the children; the logs go on."""
        try:
            self.stream.write(f"{name:<10} {text}\n" if name else f"{text}\n")
            self.stream.flush()
        except BrokenPipeError:
            # What the stream still holds would make it fail again when Python ends.
            with Path(os.devnull).open("w") as nowhere:
                os.dup2(nowhere.fileno(), self.stream.fileno())
        except OSError:
            pass


class Output:
    """Reads a child's pipe without waiting, line by line."""

    def __init__(self, *, pipe: IO[bytes], child: Child, log_path: Path, terminal: Terminal) -> None:
        """Take over `pipe`; the log moves to `….1` at each `LONGEST_LOG` bytes."""
        os.set_blocking(pipe.fileno(), False)
        self.pipe = pipe
        self._child = child
        self._terminal = terminal
        self.is_ready = False
        self.latest = ""
        self._log_path = log_path
        self._log = log_path.open("ab", buffering=0)
        self._rest = b""

    def read(self) -> bool:
        """Pass on what the child has printed since; False once nobody can print any more."""
        try:
            chunk = os.read(self.pipe.fileno(), 65536)
        except BlockingIOError:
            return True
        if not chunk:
            self._pass_on(self._rest)
            self._rest = b""
            return False
        self._keep(chunk)
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            self._pass_on(line)
        if len(self._rest) > LONGEST_LINE:
            self._pass_on(self._rest)
            self._rest = b""
        return True

    def close(self) -> None:
        """Pass on what is there, up to a pipe's capacity several times over, and let go of the pipe and the log."""
        for _ in range(16):
            self.read()
        self._pass_on(self._rest)
        self.pipe.close()
        self._log.close()

    def _keep(self, chunk: bytes) -> None:
        with suppress(OSError):  # a full disk must not stop the children
            if self._log.tell() > LONGEST_LOG:
                self._log.close()
                self._log_path.replace(self._log_path.with_name(f"{self._log_path.name}.1"))
                self._log = self._log_path.open("ab", buffering=0)
            self._log.write(chunk)

    def _pass_on(self, line: bytes) -> None:
        text = line.decode(errors="replace").rstrip()
        if not text:
            return
        self.latest = text
        self.is_ready = self.is_ready or self._child.ready.search(text) is not None
        if self._child.shows.search(text) and not self._terminal.is_quiet:
            self._terminal.say(text, name=self._child.name)
