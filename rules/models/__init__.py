"""The tables of the rule floor."""

from rules.models.question import Question
from rules.models.rule import Listener, Rule, RuleVersion
from rules.models.run import Run
from rules.models.usage import Usage
from rules.models.wait import Wait
from rules.models.watch import Pace, Watch

__all__ = ["Listener", "Pace", "Question", "Rule", "RuleVersion", "Run", "Usage", "Wait", "Watch"]
