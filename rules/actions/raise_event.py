"""Raise an event of the party's own making, for which other rules can wait; it passes the gate as the party's words."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from parties.actors import Actor
from picos.events import Draft
from rules.actions.outcome import Outcome, refused
from rules.authorship import authored
from rules.engine.moment import Moment
from rules.engine.reach import out_of_reach
from rules.event_types import RULE_RAISED
from rules.language.fields import MISSING
from rules.language.naming import Names
from rules.language.quoting import quoted, value_said
from rules.language.shapes import Strict
from rules.language.texts import LONGEST, check_text, fill_value, read_aloud

NAME = "raise_event"
PARTIES = ("company", "person")
GATHERS = True
WAITS = False

MOST_VALUES = 10
Text = Annotated[str, Field(max_length=LONGEST), AfterValidator(check_text)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,40}$")]


class Settings(Strict):
    """`name`: what the event is called; `data`: what it says, texts with fields. A mere field keeps its type."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.]{0,40}$")]
    data: dict[Key, Text] = Field(default={}, max_length=MOST_VALUES)


def sentence(settings: Settings, _: Names) -> str:
    """Completes "THEN …"."""
    said = f"raise the event {quoted(settings.name)}"
    values = [f"{key} {read_aloud(text)}" for key, text in sorted(settings.data.items())]
    return f"{said} with {', '.join(values)}" if values else said


def perform(settings: Settings, moment: Moment) -> Outcome:
    """Records it; what the texts say stands under `data`, apart from what the gate reads."""
    if why := _hindrance(moment):
        return refused(why)
    rule, pico = moment.rule, moment.event.pico
    draft = Draft(
        RULE_RAISED,
        pico=pico,
        owner_id=rule.person_id,
        company_id=rule.company_id,
        actor=Actor.of_rule(rule.pk),
        data=authored(rule, shared=True) | {"name": settings.name, "data": _data(settings, moment)},
        cause=moment.event,
    )
    moment.effects.add(draft)
    return Outcome("done", f"The event {quoted(settings.name)} was raised.", str(draft.id))


def rehearse(settings: Settings, moment: Moment) -> Outcome:
    """What it would say."""
    if why := _hindrance(moment):
        return refused(why)
    values = _data(settings, moment)
    told = f" with {value_said(values)}" if values else ""
    return Outcome("done", f"raise the event {quoted(settings.name)}{told}")


def _data(settings: Settings, moment: Moment) -> dict[str, Any]:
    """A field that is missing is left out, so that conditions find it missing too."""
    filled = {key: fill_value(text, moment) for key, text in settings.data.items()}
    return {key: value for key, value in filled.items() if value is not MISSING}


def _hindrance(moment: Moment) -> str:
    # What is about no thing is the party's own matter.
    why = out_of_reach(moment) if moment.event.pico_id else ""
    return f"Nothing was raised: {why}." if why else ""
