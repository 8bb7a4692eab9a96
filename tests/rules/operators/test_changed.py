"""`changed`: whether this very event changed it."""

from typing import Any

import pytest

from rules.language.fields import MISSING
from rules.operators import operators

Truth = bool | None


def changed(field: str, event: dict[str, Any], *, given: bool) -> Truth:
    """Of an event with this `type`, and what else its data has."""
    fields = {"event.type": "pico.state_changed"}
    fields |= {"event.type" if name == "type" else f"event.data.{name}": one for name, one in event.items()}

    def read(name: str) -> Any:
        return fields.get(name, MISSING)

    return operators()["changed"].compiled(field, given)(read(field), read)


@pytest.mark.parametrize(
    ("field", "event", "expected"),
    [
        ("event.data.value", {"value": "red", "old": "blue"}, True),
        ("event.data.value", {"value": "red", "old": "red"}, False),
        ("event.data.value", {"value": 1, "old": True}, True),
        ("event.data.value", {"value": "red", "old": MISSING}, True),
        ("event.data.value", {"value": MISSING, "old": "red"}, True),
        ("event.data.value", {"value": [1], "old": [1]}, False),
        ("event.data.value", {"type": "pico.scanned"}, None),
        ("pico.state.colour", {"key": "colour", "value": "red"}, True),
        ("pico.state.colour", {"key": "size", "value": "red"}, False),
        ("pico.state.colour", {"key": "colour", "value": MISSING, "old": "red"}, True),
        ("pico.state.a.b", {"key": "a.b"}, True),
        ("pico.state.colour", {"type": "pico.scanned", "key": "colour"}, False),
        ("pico.state.colour", {}, None),
    ],
)
def test_an_event_changed_it_or_did_not(field: str, event: Any, expected: Truth) -> None:
    opposite = None if expected is None else not expected

    assert changed(field, event, given=True) is expected
    assert changed(field, event, given=False) is opposite


@pytest.mark.parametrize("field", ["pico.code", "event.data.old", "journal.unread", "event.type"])
def test_it_works_on_nothing_that_no_event_changes(field: str) -> None:
    with pytest.raises(ValueError, match="'changed' works on pico.state.… and on event.data.value"):
        operators()["changed"].compiled(field, value=True)
