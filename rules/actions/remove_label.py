"""Take a label off the conversation."""

from typing import Annotated

from pydantic import AfterValidator

from conduits.labelling import check_label, remove_label
from rules.actions.outcome import Outcome, refused
from rules.engine.moment import Moment
from rules.language.naming import Names
from rules.language.quoting import quoted
from rules.language.shapes import Strict

NAME = "remove_label"
PARTIES = ("company",)
GATHERS = False
WAITS = False


class Settings(Strict):
    """`label`: in whatever case."""

    label: Annotated[str, AfterValidator(check_label)]


def sentence(settings: Settings, _: Names) -> str:
    """Completes "THEN …"."""
    return f"take the label {quoted(settings.label)} off the conversation"


def perform(settings: Settings, moment: Moment) -> Outcome:
    """Takes it off."""
    if moment.conduit is None:
        return refused("There is no conversation with labels.")
    said = quoted(settings.label)
    if remove_label(conduit=moment.conduit, name=settings.label):
        return Outcome("done", f"The label {said} was taken off.")
    return Outcome("done", f"The label {said} was not on.")


def rehearse(settings: Settings, moment: Moment) -> Outcome:
    """What it would take off."""
    if moment.conduit is None:
        return refused("There is no conversation with labels.")
    return Outcome("done", sentence(settings, Names.none()))
