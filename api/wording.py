"""What is wrong with JSON, in our words: pydantic's own name Python's types and our classes."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic_core import ErrorDetails

_OBJECT: Final = "Send an object."
_LIST: Final = "Send a list."
_TEXT: Final = "Send a text."
_WHOLE: Final = "Send a whole number."
_NUMBER: Final = "Send a number."
_FLAG: Final = "Send true or false."
_ID: Final = "Send an id, as we gave it."
_DATE: Final = "Send a date such as 2026-11-21."
_TIME: Final = "Send a time such as 2026-11-21T16:40:00Z."
_OF_DAY: Final = "Send a time of day such as 16:40."
_ADDRESS: Final = "Send an address such as https://example.org/."

# By pydantic's type of error; what it knows of the case is filled in.
_SAID: Final[Mapping[str, str]] = {
    "missing": "This is missing.",
    "extra_forbidden": "There is no such field.",
    "none_required": "Leave this out.",
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type", "mapping_type"), _OBJECT),
    **dict.fromkeys(("list_type", "tuple_type", "set_type", "frozen_set_type", "iterable_type"), _LIST),
    **dict.fromkeys(("string_type", "invalid_key"), _TEXT),
    "string_unicode": "It has a character that cannot be kept.",
    "string_too_short": "Write at least {min_length} character{s}.",
    "string_too_long": "Write at most {max_length} character{s}.",
    "string_pattern_mismatch": "It has to match the pattern {pattern}",
    "too_short": "Name at least {min_length}.",
    "too_long": "Name at most {max_length}.",
    **dict.fromkeys(("int_type", "int_parsing", "int_parsing_size", "int_from_float"), _WHOLE),
    **dict.fromkeys(("float_type", "float_parsing", "finite_number", "decimal_type", "decimal_parsing"), _NUMBER),
    "greater_than": "It has to be more than {gt}.",
    "greater_than_equal": "It has to be at least {ge}.",
    "less_than": "It has to be less than {lt}.",
    "less_than_equal": "It has to be at most {le}.",
    **dict.fromkeys(("bool_type", "bool_parsing"), _FLAG),
    **dict.fromkeys(("literal_error", "enum"), "Choose {expected}."),
    **dict.fromkeys(("uuid_type", "uuid_parsing", "uuid_version"), _ID),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"), _DATE),
    **dict.fromkeys(("time_type", "time_parsing"), _OF_DAY),
    **dict.fromkeys(("datetime_type", "datetime_parsing", "datetime_from_date_parsing"), _TIME),
    "datetime_object_invalid": _TIME,
    "timezone_aware": "Say the time’s zone, too, as in 2026-11-21T16:40:00Z.",
    **dict.fromkeys(("url_type", "url_parsing", "url_syntax_violation", "url_scheme"), _ADDRESS),
    "url_too_long": "Write at most {max_length} character{s}.",
}


def said(error: ErrorDetails) -> str:
    """What is wrong. Of checks of our own it is what they said; of a type that no table has, pydantic's sentence."""
    pattern = _SAID.get(error["type"])
    if pattern is None:
        return error["msg"].removeprefix("Value error, ")
    known: dict[str, Any] = {name: _plain(value) for name, value in error.get("ctx", {}).items()}
    bound = known.get("min_length", known.get("max_length"))
    return pattern.format(**known, s="" if bound == 1 else "s")


def _plain(value: Any) -> Any:
    """A bound of fractions that is whole reads as people write it."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
