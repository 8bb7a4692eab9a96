"""Values in a sentence, so that no two read the same: texts in “…”, numbers bare, lists with commas and `or`."""

import json
from collections.abc import Sequence
from typing import Any

_ESCAPED = {"“": "\\“", "”": "\\”", "\\": "\\\\"}


def said(value: Any) -> str:
    """A text, a number, true or false, or a list of them."""
    if isinstance(value, list):
        return one_of([said(one) for one in value])
    if isinstance(value, str):
        return quoted(value)
    return str(value).lower() if isinstance(value, bool) else repr(value)


def value_said(value: Any) -> str:
    """Any JSON value: a text quoted, all else as JSON has it."""
    return quoted(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def quoted(text: str) -> str:
    """The text in quotation marks; marks within it, and what cannot be seen, are escaped."""
    return f"“{''.join(map(_escaped, text))}”"


def one_of(phrases: Sequence[str]) -> str:
    """`A`, `A or B`, `A, B or C`."""
    *first, last = phrases
    return f"{', '.join(first)} or {last}" if first else last


def _escaped(character: str) -> str:
    if character in _ESCAPED:
        return _ESCAPED[character]
    return character if character.isprintable() else f"\\u{{{ord(character):x}}}"
