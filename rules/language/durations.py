"""Durations in rules: `"PT2M"` after ISO 8601, or a number of seconds; whole seconds, up to 400 days."""

import re
from datetime import timedelta
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, WithJsonSchema

LONGEST: Final = timedelta(days=400)
# Weeks, days, hours, minutes and seconds; a month or a year is no certain time.
_WRITTEN: Final = re.compile(r"^P(?=.)([0-9]{1,8}W)?([0-9]{1,8}D)?(T(?=.)([0-9]{1,8}H)?([0-9]{1,8}M)?([0-9]{1,8}S)?)?$")
_UNITS: Final = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def in_words(duration: timedelta) -> str:
    """As people say it, and exactly: "2 minutes", "48 hours", "3 days", "1 hour and 30 minutes".

    Two durations never read alike. Up to two days are said in hours, as people do who count them.
    """
    rest = int(duration.total_seconds())
    said = []
    for unit, size in _UNITS:
        if unit == "day" and rest <= 2 * size:
            continue
        number, rest = divmod(rest, size)
        if number:
            said.append(f"{number} {unit}{'' if number == 1 else 's'}")
    *first, last = said or ["0 seconds"]
    return f"{', '.join(first)} and {last}" if first else last


def as_iso(duration: timedelta) -> str:
    """After ISO 8601, with days as its largest unit."""
    days, rest = divmod(int(duration.total_seconds()), 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, seconds = divmod(rest, 60)
    time = "".join(f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if number)
    return f"P{f'{days}D' if days else ''}{f'T{time}' if time else ''}"


def _readable(raw: Any) -> Any:
    """Nothing else that pydantic would take, such as `true`, or "P1M", which some mean for a minute."""
    if isinstance(raw, bool) or (isinstance(raw, str) and not _WRITTEN.fullmatch(raw)):
        raise ValueError('a duration is written like "PT2M", "PT48H" or "P30D", or as a number of seconds')
    return raw


def _within_bounds(duration: timedelta) -> timedelta:
    if not timedelta(0) < duration <= LONGEST:
        raise ValueError(f"a duration is longer than nothing and at most {LONGEST.days} days")
    if duration.microseconds:
        raise ValueError("a duration has whole seconds")
    return duration


Duration = Annotated[
    timedelta,
    BeforeValidator(_readable),
    AfterValidator(_within_bounds),
    PlainSerializer(as_iso, return_type=str, when_used="json"),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "format": "duration", "pattern": _WRITTEN.pattern},
                {"type": "integer", "minimum": 1, "maximum": int(LONGEST.total_seconds())},
            ],
            "examples": ["PT2M", "PT48H", "P30D"],
        }
    ),
]
