"""The event types of the rule floor."""

from picos.event_types import register

RULE_PAUSED = register("rule.paused", "a rule is paused")
# Recorded by the engine's clock for the version that it is about; nothing else listens for it.
RULE_DUE = register("rule.due", "the time of a rule about {thing} has come")
