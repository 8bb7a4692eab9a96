"""Let some time pass."""

from pydantic import Field

from picos.models import Event
from rules.actions.outcome import Outcome, Pause
from rules.engine.moment import Moment
from rules.language.durations import Duration, in_words
from rules.language.naming import Names
from rules.language.shapes import Strict

NAME = "delay"
PARTIES = ("company", "person")
GATHERS = True
WAITS = True


class Settings(Strict):
    """`for`: how long."""

    for_: Duration = Field(alias="for")


def sentence(settings: Settings, _: Names) -> str:
    """Completes "THEN …"."""
    return f"let {in_words(settings.for_)} pass"


def perform(settings: Settings, _: Moment) -> Pause:
    """The run waits."""
    return Pause(f"Waiting {in_words(settings.for_)}.", settings.for_)


def rehearse(settings: Settings, _: Moment) -> Outcome:
    """How long it would wait."""
    return Outcome("done", f"wait {in_words(settings.for_)}")


def branch(settings: Settings, _: Event | None) -> tuple[str, str]:
    """There is one way only."""
    return "", f"{in_words(settings.for_)} have passed."
