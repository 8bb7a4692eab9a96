"""A time before or after the date that a value of the thing says."""

from datetime import UTC, datetime, time, timedelta
from typing import Any, Final, Self

from django.utils.dateparse import parse_date, parse_datetime
from pydantic import Field, model_validator

from picos.event_types import STATE_CHANGED
from rules.language.durations import Duration, in_words
from rules.triggers.automaton import MICROSECOND, Kept, Moment, moment_of
from rules.triggers.automaton import Machine as Machine_
from rules.triggers.event import EventIs, quoted
from rules.triggers.patterns import Outermost, Pattern, Say

NAME: Final = "date"
PREFIX: Final = "pico.state."
# A moment that had passed before the date was known is made up for, if it was to come within this time.
LATEST: Final = timedelta(days=1) // MICROSECOND
# As they come from one value, more than these are not meant.
MOST_DONE: Final = 20
_LAST: Final = moment_of(datetime(9000, 1, 1, tzinfo=UTC))


class Reminder(Outermost):
    """That long before, or after, the date or time that a value says. A date without a time begins at 00:00 UTC."""

    date: str = Field(pattern=r"^pico\.state\..", max_length=100)
    before: Duration | None = None
    after: Duration | None = None

    @model_validator(mode="after")
    def either(self) -> Self:
        """Before or after."""
        if (self.before is None) == (self.after is None):
            raise ValueError('say how long "before", or how long "after" it')
        return self

    @property
    def key(self) -> str:
        """Of the value."""
        return self.date.removeprefix(PREFIX)

    @property
    def offset(self) -> timedelta:
        """From the date to the moment."""
        return self.after or -(self.before or timedelta(0))


Settings = Reminder


def parts(settings: Reminder) -> list[Pattern]:
    """The changes of the value, be it the owner's or the company's."""
    return [EventIs(event=STATE_CHANGED, where={"key": settings.key})]


def sentence(settings: Reminder, say: Say, thing: str) -> str:
    """Completes "IF …"."""
    del say
    side = "before" if settings.before else "after"
    return f"it is {in_words(abs(settings.offset))} {side} what {quoted(settings.key)} of {thing} says"


class Machine(Machine_):
    """Keeps the moment that is to come, and those that came lately, so that none comes twice."""

    def begin(self, at: int) -> Kept:
        """No date is known."""
        del at
        return [None, []]

    def step(self, kept: Kept, moment: Moment) -> tuple[Kept, int | None]:
        """Complete at the moment; or at the change itself, if the moment has just passed."""
        waiting, done = kept
        if self.inner[0].step(None, moment)[1] is not None:
            waiting = self._moment(moment.read("event.data.value"))
            if waiting is not None and waiting <= moment.at and (waiting in done or waiting < moment.at - LATEST):
                waiting = None
        if waiting is None or waiting > moment.at:
            return [waiting, done], None
        done = [one for one in done if one >= moment.at - LATEST][1 - MOST_DONE :]
        return [None, [*done, waiting]], moment.at

    def again(self, kept: Kept, at: int) -> Kept:
        """The next date may come."""
        del at
        return kept

    def due(self, kept: Kept) -> int | None:
        """The moment."""
        return int(kept[0]) if kept[0] is not None else None

    def _moment(self, value: Any) -> int | None:
        at = _time(value) if isinstance(value, str) else None
        moment = None if at is None else moment_of(at) + self.settings.offset // MICROSECOND
        return moment if moment is not None and 0 < moment < _LAST else None


def _time(text: str) -> datetime | None:
    try:
        day = parse_date(text)
        at = datetime.combine(day, time()) if day else parse_datetime(text)
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at
