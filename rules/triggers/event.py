"""One type of event, perhaps with literal values in its data."""

import json
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema, field_validator

from picos.event_types import UnknownEventTypeError, event_type
from rules.triggers.automaton import Kept, Moment
from rules.triggers.automaton import Machine as Machine_
from rules.triggers.patterns import Pattern, Say

NAME: Final = "event"
MOST_LITERALS: Final = 5
LARGEST_NUMBER: Final = 1e15
LONGEST_TEXT: Final = 200


def is_number(value: Any) -> bool:
    """A finite one that is not too large; neither true nor false."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= LARGEST_NUMBER


def _plain(value: Any) -> Any:
    if not (isinstance(value, bool) or is_number(value) or (isinstance(value, str) and len(value) <= LONGEST_TEXT)):
        raise ValueError(f"this is a text of up to {LONGEST_TEXT} characters, a number, true or false")
    return value


Plain = Annotated[Any, AfterValidator(_plain), WithJsonSchema({"type": ["string", "number", "boolean"]})]
Key = Annotated[str, StringConstraints(min_length=1, max_length=50)]


class EventIs(Pattern):
    """One type of event; `where`: what top-level values of `event.data` have to equal, all of them."""

    event: str
    where: dict[Key, Plain] = Field(default={}, max_length=MOST_LITERALS)

    @field_validator("event")
    @classmethod
    def known(cls, name: str) -> str:
        """A registered type."""
        try:
            return event_type(name).name
        except UnknownEventTypeError as error:
            raise ValueError(str(error)) from error

    def fits(self, name: str, data: dict[str, Any]) -> bool:
        """Whether an event of this type, with this data, is one."""
        if name != self.event:
            return False
        return not self.where or all(key in data and _same(data[key], given) for key, given in self.where.items())


Settings = EventIs


def parts(settings: EventIs) -> list[Pattern]:
    """None."""
    del settings
    return []


def sentence(settings: EventIs, say: Say, thing: str) -> str:
    """Completes "IF …"."""
    del say
    return say_event(settings, thing)


def say_event(settings: EventIs, thing: str, *, mine: bool = False) -> str:
    """The same, also as a person says it of their own things."""
    said = event_type(settings.event).said(thing, mine=mine)
    # In one order, as another order means the same.
    literals = [f"{_key(key)} is {_literal(given)}" for key, given in sorted(settings.where.items())]
    return f"{said} [{', '.join(literals)}]" if literals else said


class Machine(Machine_):
    """Complete at each event that fits. `place` is that of the leaf in reading order."""

    place = -1

    def step(self, kept: Kept, moment: Moment) -> tuple[Kept, int | None]:
        """Keeps nothing."""
        return kept, moment.at if self.place in moment.places else None


def _same(seen: Any, given: Any) -> bool:
    """Equal, and not by Python's accident that True == 1."""
    return isinstance(seen, bool) == isinstance(given, bool) and bool(seen == given)


def _key(key: str) -> str:
    return key if key.isidentifier() else quoted(key)


def _literal(given: bool | float | str) -> str:  # noqa: FBT001 (a value of data)
    return quoted(given) if isinstance(given, str) else number_in_words(given)


def number_in_words(number: float) -> str:
    """Bare, and alike for equal numbers; true and false as JSON has them."""
    return json.dumps(int(number) if isinstance(number, float) and number.is_integer() else number)


def quoted(text: str) -> str:
    """In quotation marks; those inside, and backslashes, with a backslash before them."""
    escaped = text.replace("\\", "\\\\").replace("“", "\\“").replace("”", "\\”")
    return f"“{escaped}”"
