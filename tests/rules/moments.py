"""Moments without an engine."""

from conduits.models import Conduit
from picos.models import Event
from rules.engine.effects import Effects
from rules.engine.moment import Moment
from rules.engine.plan import Plan
from rules.models import Rule, RuleVersion


def a_meeting(event: Event, rule: Rule, conduit: Conduit | None = None) -> Moment:
    """A rule, of which only its party is known, meets the event."""
    return Moment(event, Plan(rule, RuleVersion(rule=rule)), conduit, Effects())
