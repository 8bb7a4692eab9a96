"""Whether this very event changed it."""

from pydantic import StrictBool

from picos.event_types import STATE_CHANGED
from rules.language.comparing import Read, Test, Truth, same
from rules.language.fields import MISSING

NAME = "changed"
TAKES = "true or false"
Value = StrictBool
_STATE = "pico.state."


def compiled(field: str, value: bool) -> Test:  # noqa: FBT001 (what was written)
    """Of a value of the thing, on either side, or of what a changed value is now."""
    if field == "event.data.value":
        return lambda seen, read: _agrees(_differs(seen, read), value)
    if field.startswith(_STATE):
        key = field.removeprefix(_STATE)
        return lambda _, read: _agrees(_is_of(key, read), value)
    raise ValueError(f"{NAME!r} works on {_STATE}… and on event.data.value")


def sentence(value: bool) -> str:  # noqa: FBT001
    """Completes "pico.state.colour …"."""
    return "has changed" if value else "has not changed"


def _agrees(truth: Truth, value: bool) -> Truth:  # noqa: FBT001
    return None if truth is None else truth == value


def _differs(seen: object, read: Read) -> Truth:
    """A value that is new, or taken away, differs from none."""
    old = read("event.data.old")
    return None if seen is MISSING and old is MISSING else not same(seen, old)


def _is_of(key: str, read: Read) -> Truth:
    if read("event.type") != STATE_CHANGED:
        return False
    changed = read("event.data.key")
    return None if changed is MISSING else bool(changed == key)
