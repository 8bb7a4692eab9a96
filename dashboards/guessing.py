"""Who asked for many serials that nobody knows is told of no serial for a while: a known one would tell as much."""

import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from api.throttling import seconds_left, seconds_to_wait
from dashboards.misses import asker

# How many serials that nobody knows may be asked for from one address: a shop's stock, yet no guessing of them all.
SERIALS, SERIALS_WITHIN = 600, timedelta(minutes=1)
# Addresses noted in every web process; the oldest makes room.
MOST_NOTED = 1000

# Each with the moment (time.monotonic) after which it waits no longer. Whose tally passed the limit in another process
# is noted here with their next unknown serial.
_noted: dict[str, float] = {}
_noting = threading.Lock()


def count_unknown(environ: Mapping[str, Any]) -> int:
    """Counts a serial or lot that nobody knows; the seconds to wait for who asked for too many, else 0."""
    who = asker(environ)
    if wait := seconds_to_wait(_tally(who), most=SERIALS, window=SERIALS_WITHIN):
        _note(who, wait)
    return wait


def is_noted(environ: Mapping[str, Any]) -> bool:
    """Whether this process knows of too many; nearly always it knows of nobody, and asks no database either way."""
    return bool(_noted) and _noted.get(asker(environ), 0.0) > time.monotonic()


def seconds_noted(environ: Mapping[str, Any]) -> int:
    """The seconds to wait for any serial; 0 for who is not noted, or whose tally has ended."""
    return seconds_left(_tally(asker(environ)), most=SERIALS) if is_noted(environ) else 0


def _tally(who: str) -> str:
    return f"serial:{who}"


def _note(who: str, wait: int) -> None:
    now = time.monotonic()
    with _noting:
        _noted.pop(who, None)
        for old in [old for old, until in _noted.items() if until <= now]:
            del _noted[old]
        while len(_noted) >= MOST_NOTED:
            del _noted[next(iter(_noted))]
        _noted[who] = now + wait
