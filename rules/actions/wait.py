"""Wait for something to happen to the thing, at most so long; then one way or the other."""

from typing import Annotated, Any

from pydantic import Field

from picos.models import Event
from rules import triggers
from rules.actions.outcome import Outcome, Pause
from rules.engine.moment import Moment
from rules.language.durations import Duration, in_words
from rules.language.naming import Names
from rules.language.shapes import Strict
from rules.triggers import EventIs

NAME = "wait"
PARTIES = ("company", "person")
GATHERS = True
WAITS = True


class Settings(Strict):
    """`for`: the event; `within`: how long; `then` and `else`: what to do when it came, and when it did not."""

    for_: EventIs = Field(alias="for")
    within: Duration
    then: Annotated[list[dict[str, Any]], Field(max_length=10)] = []
    else_: Annotated[list[dict[str, Any]], Field(max_length=10)] = Field(default=[], alias="else")

    def branches(self) -> dict[str, list[dict[str, Any]]]:
        """What hangs on it."""
        return {"then": self.then, "else": self.else_}


def sentence(settings: Settings, names: Names) -> str:
    """Completes "THEN …"."""
    return f"wait up to {in_words(settings.within)} until {triggers.sentence(settings.for_, 'it', mine=names.mine)}"


def perform(settings: Settings, _: Moment) -> Pause:
    """The run waits."""
    return Pause(
        f"Waiting up to {in_words(settings.within)}.", settings.within, settings.for_.event, dict(settings.for_.where)
    )


def rehearse(settings: Settings, _: Moment) -> Outcome:
    """How long it would wait."""
    return Outcome("done", f"wait up to {in_words(settings.within)} for {settings.for_.event}")


def branch(settings: Settings, reply: Event | None) -> tuple[str, str]:
    """Which way it goes on."""
    return ("then", "It came.") if reply else ("else", f"It did not come within {in_words(settings.within)}.")
