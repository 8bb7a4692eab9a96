"""Put a label on the conversation: the company's own order, which its customer never sees."""

from typing import Annotated

from pydantic import AfterValidator

from conduits.labelling import add_label, check_label
from parties.errors import StateForbidsError
from rules.actions.outcome import Outcome, refused
from rules.engine.moment import Moment
from rules.language.naming import Names
from rules.language.quoting import quoted
from rules.language.shapes import Strict

NAME = "add_label"
PARTIES = ("company",)
GATHERS = False
WAITS = False


class Settings(Strict):
    """`label`: in one line, without a comma."""

    label: Annotated[str, AfterValidator(check_label)]


def sentence(settings: Settings, _: Names) -> str:
    """Completes "THEN …"."""
    return f"label the conversation {quoted(settings.label)}"


def perform(settings: Settings, moment: Moment) -> Outcome:
    """Puts it on, in whatever state the conduit is, as nothing passes."""
    if moment.conduit is None:
        return refused("There is no conversation to label.")
    try:
        added = add_label(conduit=moment.conduit, name=settings.label)
    except StateForbidsError as error:
        return refused(str(error))
    said = quoted(settings.label)
    return Outcome("done", f"The label {said} was put on." if added else f"The label {said} was on already.")


def rehearse(settings: Settings, moment: Moment) -> Outcome:
    """What it would put on."""
    if moment.conduit is None:
        return refused("There is no conversation to label.")
    return Outcome("done", sentence(settings, Names.none()))
