"""The guard: ends what a supervisor leaves behind when it is itself killed with `kill -9`.

It learns of each child as a line `start PID SIGNAL LAST` or `end PID`, first from its arguments, then from its
input. When the input closes while children are on the list, their supervisor is gone, and the guard ends their
process groups, with all grandchildren: first politely, then, after some seconds, by force. It inherits the
supervisor's locks, so that a new supervisor waits until that is done. It runs as a file of its own, without Django,
to be small and quick.
"""

import itertools
import os
import signal
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import NamedTuple


class Group(NamedTuple):
    """One child's process group: its id, the signal that ends it, and whether it ends after all others."""

    pid: int
    signal: int
    last: bool


def watch(lines: Iterable[str]) -> list[Group]:
    """Follow the supervisor's lines to their end; what is then still running, the youngest first."""
    groups: dict[int, Group] = {}
    for line in lines:
        match line.split():
            case ["start", pid, number, last]:
                groups[int(pid)] = Group(int(pid), int(number), last == "1")
            case ["end", pid]:
                groups.pop(int(pid), None)
    return list(groups.values())[::-1]


def end(groups: list[Group], *, patience: float) -> None:
    """Ask each group to end, wait for `patience` seconds at most, and kill what remains."""
    for group in groups:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group.pid, group.signal)
    deadline = time.monotonic() + patience
    while any(map(_lives, groups)) and time.monotonic() < deadline:
        time.sleep(0.05)
    for group in groups:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group.pid, signal.SIGKILL)


def _lives(group: Group) -> bool:
    try:
        os.killpg(group.pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    seconds = float(sys.argv[1])
    left = watch(itertools.chain(sys.argv[2:], sys.stdin))
    end([group for group in left if not group.last], patience=seconds)
    end([group for group in left if group.last], patience=seconds)
