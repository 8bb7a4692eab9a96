"""Tell the owner something, on their dashboard and by mail."""

from typing import Annotated

from pydantic import AfterValidator, Field

from conduits.gate import decide_read
from picos.notices import notify
from rules.actions.outcome import Outcome, refused
from rules.language import Strict
from rules.moment import Moment
from rules.naming import Names
from rules.texts import LONGEST, check_text, fill, read_aloud

NAME = "notify_owner"
PARTIES = ("company", "person")


class Settings(Strict):
    """`text`: what to tell, with fields."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST), AfterValidator(check_text)]


def sentence(settings: Settings, _: Names) -> str:
    """Completes "THEN …"."""
    return f"tell the owner “{read_aloud(settings.text)}”"


def perform(settings: Settings, moment: Moment) -> Outcome:
    """Leaves the owner a notice; a company's needs an open conduit."""
    owner = moment.event.owner
    if owner is None or moment.event.pico is None:
        return refused("It has no owner.")
    text = fill(settings.text, moment)
    if moment.rule.company:
        decision = decide_read(moment.conduit)
        if not decision.passes:
            return refused(f"The owner was not told: {decision.reason}.")
        text = f"{moment.rule.company}: {text}"
    notice = notify(person=owner, pico=moment.event.pico, text=text)
    return Outcome("done", "The owner was told.", str(notice.pk))
