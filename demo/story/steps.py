"""The record of a play: what was seen, and how long each step took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, TextIO


class MissedError(Exception):
    """Something that should have been seen was not; the message says what."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step that was seen."""

    scene: str
    step: str
    ms: int


@dataclass(slots=True)
class Steps:
    """Takes the time of each step, and says it on `stream` as soon as it is over."""

    stream: TextIO
    done: list[Step] = field(default_factory=list)
    # Figures that others read, such as `scan_to_answer_ms`.
    figures: dict[str, int] = field(default_factory=dict)
    scene: str = ""
    missed: str = ""
    _started: float = field(default_factory=time.monotonic)

    def begin(self, scene: str) -> None:
        """What follows belongs to this scene."""
        self.scene = scene
        self._say(f"\n{scene}")

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Times its block. A step that is cut short counts as missed."""
        self.missed = f"{self.scene}: {what}"
        started = time.monotonic()
        yield
        self.missed = ""
        self.done.append(Step(self.scene, what, milliseconds_since(started)))
        self._say(f"{self.done[-1].ms:7} ms  {what}")

    def miss(self, why: str) -> None:
        """The play ends here."""
        self._say(f"   MISSED  {self.missed}: {why}")
        self.missed = f"{self.missed}: {why}"

    def as_json(self) -> dict[str, Any]:
        """What the command prints."""
        shown: dict[str, Any] = {"seen": not self.missed, "missed": self.missed or None, **self.figures}
        return shown | {"total_ms": milliseconds_since(self._started), "steps": [asdict(step) for step in self.done]}

    def _say(self, line: str) -> None:
        self.stream.write(f"{line}\n")
        self.stream.flush()


def milliseconds_since(started: float) -> int:
    """From a reading of the monotonic clock to now."""
    return round((time.monotonic() - started) * 1000)
