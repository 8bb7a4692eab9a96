"""The event types of the rule floor."""

from picos.event_types import register

RULE_PAUSED = register("rule.paused", "a rule is paused")
