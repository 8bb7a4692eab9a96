"""Moments without an engine."""

from conduits.models import Conduit
from picos.models import Event
from rules.effects import Effects
from rules.models import Rule, RuleVersion
from rules.moment import Moment
from rules.plan import Plan


def a_meeting(event: Event, rule: Rule, conduit: Conduit | None = None) -> Moment:
    """A rule, of which only its party is known, meets the event."""
    return Moment(event, Plan(rule, RuleVersion(rule=rule)), conduit, Effects())
