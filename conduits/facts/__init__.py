"""Facts that an answer may have beside its words, and that pages show as what they are. Each is one module here with
the same four names, and one template of its name (dashboards/templates/facts); adding one touches no other file.

NAME     its key in an answer's `data`
EXAMPLE  a value of it, as in the documentation
IS_ONE   whether the last one said in a journal is the only one that stands, whatever it answers (standing.py)
check    raises RefusedError, which names the field, for what is no such value; called with the value and the time now
"""

import importlib
import pkgutil
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final, Protocol, cast

from django.utils import timezone
from django.utils.dateparse import parse_datetime

# Of this folder, but no kinds of fact.
_BESIDE: Final = {"standing"}


class Kind(Protocol):
    """The four names of a fact's module."""

    NAME: str
    EXAMPLE: Any
    IS_ONE: bool

    def check(self, value: Any, now: datetime) -> None:
        """Raises RefusedError."""
        ...


@cache
def kinds() -> dict[str, Kind]:
    """All of them, by name."""
    found = [module.name for module in pkgutil.iter_modules(__path__) if module.name not in _BESIDE]
    modules = [importlib.import_module(f"{__name__}.{name}") for name in found]
    return {module.NAME: cast("Kind", module) for module in modules}


def check(data: Mapping[str, Any]) -> None:
    """Raises RefusedError for a fact that is none. Null takes an earlier one back; other keys are kept as they are."""
    now = timezone.now()
    for name, kind in kinds().items():
        if data.get(name) is not None:
            kind.check(data[name], now)


def time_of(written: object) -> datetime | None:
    """RFC 3339 with its time zone; None for anything else."""
    try:
        at = parse_datetime(written) if isinstance(written, str) else None
        # Near the ends of the calendar a time is in no other zone.
        return at.astimezone(timezone.get_current_timezone()) if at and at.tzinfo else None
    except (ValueError, OverflowError):
        return None
