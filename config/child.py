"""What the supervisor must know of a process to keep it running."""

import re
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

EVERYTHING = re.compile("")
# Lines that tell of trouble; the log has the rest, with the tracebacks.
TROUBLE = re.compile(r"\b(ERROR|CRITICAL|FATAL|PANIC)\b")


@dataclass(frozen=True, kw_only=True)
class Child:
    """One process to keep running."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    # Further arguments of `subprocess.Popen`, such as the user to run as.
    privileges: Mapping[str, Any] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    # Ended only after all the others have: the database.
    last: bool = False
    # Which of its lines the terminal shows.
    shows: re.Pattern[str] = TROUBLE
    # The line with which it says that it does its work now.
    ready: re.Pattern[str] = EVERYTHING
    before_start: Callable[[], None] = lambda: None
