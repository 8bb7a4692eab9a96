"""Set a value of the thing, in the own namespace of the rule's side."""

from typing import Annotated, Any

from django.http import Http404
from pydantic import AfterValidator, Field, field_validator

from conduits.states import set_companys_state
from parties.actors import Actor
from parties.errors import RefusedError, StateForbidsError
from picos import states
from picos.models import State
from rules.actions.outcome import Outcome, refused
from rules.engine.moment import Moment
from rules.engine.reach import out_of_reach
from rules.language.fields import MISSING
from rules.language.naming import Names
from rules.language.quoting import quoted, value_said
from rules.language.shapes import Strict
from rules.language.texts import LONGEST, check_text, fill_value, read_aloud

NAME = "set_state"
PARTIES = ("company", "person")
GATHERS = False
WAITS = False


def _key(key: str) -> str:
    states.check_key(key)
    return key


class Settings(Strict):
    """`value`: any that a thing can have; a text may have fields, and one that is only a field stands for its value."""

    key: Annotated[str, Field(max_length=50), AfterValidator(_key)]
    value: Any

    @field_validator("value")
    @classmethod
    def sound(cls, value: Any) -> Any:
        """Something that can be kept."""
        if isinstance(value, str):
            if len(value) > LONGEST:
                raise ValueError(f"a text has at most {LONGEST} characters")
            return check_text(value)
        states.canonical_value(value)
        return value


def sentence(settings: Settings, _: Names) -> str:
    """Completes "THEN …"."""
    value = settings.value
    return f"set {quoted(settings.key)} to {read_aloud(value) if isinstance(value, str) else value_said(value)}"


def perform(settings: Settings, moment: Moment) -> Outcome:
    """Sets it, which is an event unless it was so already."""
    if why := out_of_reach(moment):
        return refused(f"Nothing was set: {why}.")
    value = _value(settings, moment)
    if value is MISSING:
        return refused("There was nothing to set it to.")
    try:
        row = _set(settings.key, value, moment)
    except (RefusedError, StateForbidsError) as error:
        return refused(str(error))
    except Http404:
        return refused("Nothing was set: it is not yours any more.")
    return Outcome("done", f"{quoted(settings.key)} is {value_said(value)}.", str(row.pk))


def rehearse(settings: Settings, moment: Moment) -> Outcome:
    """What it would set."""
    if why := out_of_reach(moment):
        return refused(f"Nothing was set: {why}.")
    value = _value(settings, moment)
    if value is MISSING:
        return refused("There was nothing to set it to.")
    try:
        states.canonical_value(value)
    except RefusedError as error:
        return refused(str(error))
    return Outcome("done", f"set {quoted(settings.key)} to {value_said(value)}")


def _value(settings: Settings, moment: Moment) -> Any:
    return fill_value(settings.value, moment) if isinstance(settings.value, str) else settings.value


def _set(key: str, value: Any, moment: Moment) -> State:
    rule, cause = moment.rule, moment.event
    actor = Actor.of_rule(rule.pk)
    if rule.company:
        return set_companys_state(
            pico=moment.pico, company=rule.company, key=key, value=value, actor=actor, cause=cause
        )
    return states.set_state(pico=moment.pico, party=rule.party, key=key, value=value, actor=actor, cause=cause)
