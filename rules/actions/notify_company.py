"""Send the company a note through the conduit; it reaches it as an event `conduit.note`."""

from typing import Annotated

from pydantic import AfterValidator, Field

from conduits.gate import decide_read, grants
from conduits.models.conduit import Grant
from conduits.noting import note
from rules.actions.outcome import Outcome, refused
from rules.engine.moment import Moment
from rules.language.naming import Names
from rules.language.shapes import Strict
from rules.language.texts import LONGEST, check_text, fill, read_aloud

NAME = "notify_company"
PARTIES = ("person",)
GATHERS = True
WAITS = False


class Settings(Strict):
    """`text`: the note, with fields."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST), AfterValidator(check_text)]


def sentence(settings: Settings, _: Names) -> str:
    """Completes "THEN …"."""
    return f"tell its maker {read_aloud(settings.text)}"


def perform(settings: Settings, moment: Moment) -> Outcome:
    """Records the note, if the conduit is open and notes are granted."""
    if why := _hindrance(moment):
        return refused(why)
    assert moment.conduit is not None  # noqa: S101 (_hindrance)
    draft = note(
        conduit=moment.conduit,
        text=fill(settings.text, moment),
        rule_id=moment.rule.pk,
        rule_name=moment.rule.name,
        cause=moment.event,
    )
    moment.effects.add(draft)
    return Outcome("done", f"{moment.conduit.company} was told.", str(draft.id))


def rehearse(settings: Settings, moment: Moment) -> Outcome:
    """What it would say."""
    if why := _hindrance(moment):
        return refused(why)
    return Outcome("done", f"tell {moment.conduit and moment.conduit.company}: “{fill(settings.text, moment)}”")


def _hindrance(moment: Moment) -> str:
    if moment.conduit is None:
        return "Its maker is not here."
    decision = decide_read(moment.conduit)
    if not decision.passes or not grants(moment.conduit, Grant.NOTES):
        return f"Nothing was sent: {decision.reason if not decision.passes else 'notes are not allowed'}."
    return ""
