"""The tables of the rule floor."""

from rules.models.rule import Rule, RuleVersion, Trigger
from rules.models.run import Run

__all__ = ["Rule", "RuleVersion", "Run", "Trigger"]
