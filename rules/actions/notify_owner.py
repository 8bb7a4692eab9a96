"""Tell the owner something, on their dashboard and by mail."""

from typing import Annotated

from pydantic import AfterValidator, Field

from conduits.gate import decide_read
from picos.models import Notice
from picos.notices import NoticeDraft
from rules.actions.outcome import Outcome, refused
from rules.engine.moment import Moment
from rules.language.naming import Names
from rules.language.shapes import Strict
from rules.language.texts import LONGEST, check_text, fill, read_aloud

NAME = "notify_owner"
PARTIES = ("company", "person")
GATHERS = True
WAITS = False


class Settings(Strict):
    """`text`: what to tell, with fields."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST), AfterValidator(check_text)]


def sentence(settings: Settings, names: Names) -> str:
    """Completes "THEN …"."""
    return f"tell {'me' if names.mine else 'the owner'} {read_aloud(settings.text)}"


def perform(settings: Settings, moment: Moment) -> Outcome:
    """Leaves the owner a notice; a company's needs an open conduit."""
    if why := _hindrance(moment):
        return refused(why)
    owner = moment.event.owner
    assert owner is not None  # noqa: S101 (_hindrance)
    text = _text(settings, moment)
    draft = NoticeDraft(person=owner, pico=moment.pico, text=text, kind=Notice.Kind.RULE, company=moment.behind)
    moment.effects.add(draft)
    return Outcome("done", "You were told." if moment.rule.person_id else "The owner was told.", str(draft.id))


def rehearse(settings: Settings, moment: Moment) -> Outcome:
    """What it would say."""
    if why := _hindrance(moment):
        return refused(why)
    whom = "me" if moment.rule.person_id else "the owner"
    return Outcome("done", f"tell {whom}: “{_text(settings, moment)}”")


def _text(settings: Settings, moment: Moment) -> str:
    text = fill(settings.text, moment)
    return f"{moment.rule.company}: {text}" if moment.rule.company else text


def _hindrance(moment: Moment) -> str:
    if moment.event.owner is None or moment.event.pico is None:
        return "It has no owner."
    if moment.rule.company_id and not (decision := decide_read(moment.conduit)).passes:
        return f"The owner was not told: {decision.reason}."
    return ""
