"""Texts with fields in them: `{{owner.name}} has a new entry`. Nothing but fields; no logic, no markup."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from rules.engine.moment import Moment
from rules.language.fields import MISSING, in_words, is_field, read_field
from rules.language.quoting import quoted

_FIELD = re.compile(r"\{\{\s*([A-Za-z0-9_.-]{1,100})\s*\}\}")
# It would be sent as it is.
_SLIP = re.compile(r"\{\{|\}\}|\{%|%\}")
LONGEST = 1000
# Texts of rules whose fields need not be looked for again.
MOST_KNOWN = 10_000


def check_text(text: str) -> str:
    """The text, if every field in it is one, and nothing in it that looks like one is none. Raises ValueError."""
    for name in _FIELD.findall(text):
        if not is_field(name):
            raise ValueError(f"there is no field {name!r}")
    # A space for each field, so that no braces around one join up.
    if slip := _SLIP.search(_FIELD.sub(" ", text)):
        raise ValueError(f"{slip[0]!r} makes no field: those are written {{{{owner.name}}}}, and there is no logic")
    return text


def fill(text: str, moment: Moment) -> str:
    """The text with its fields' values; a missing one reads as "somebody" for a name, else as nothing."""
    # Between the words each second part is a field's name.
    parts = _parts(text)
    # Each field is read once, however often the text names it, as some ask the database.
    said = {name: _said(name, moment) for name in dict.fromkeys(parts[1::2])}
    filled = [said[part] if place % 2 else part for place, part in enumerate(parts)]
    return "".join(filled)[:LONGEST].replace("\0", "")


@lru_cache(maxsize=MOST_KNOWN)
def _parts(text: str) -> tuple[str, ...]:
    """Words and names in turn."""
    return tuple(_FIELD.split(text))


def fill_value(text: str, moment: Moment) -> Any:
    """The same; but a text that is a field and nothing else gives that field's value, be it a number, or MISSING."""
    found = _FIELD.fullmatch(text)
    value = read_field(found[1], moment) if found else fill(text, moment)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    is_plain = value is MISSING or isinstance(value, (str, int, float, bool))
    return value if is_plain else fill(text, moment)


def read_aloud(text: str) -> str:
    """The text as a sentence has it, in quotation marks, each field by what it is called.

    No text reads like another: a bracket of its own has a backslash before it.
    """
    return _FIELD.sub(lambda found: f"[{in_words(found[1])}]", quoted(text).replace("[", "\\["))


def _said(name: str, moment: Moment) -> str:
    value = read_field(name, moment)
    if value is MISSING:
        return "Somebody" if name == "owner.name" else ""
    return value.strftime("%Y-%m-%d %H:%M UTC") if isinstance(value, datetime) else str(value)
