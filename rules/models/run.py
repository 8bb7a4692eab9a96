"""One evaluation of a rule, and what it did."""

from typing import ClassVar

from django.db import models
from uuid_utils.compat import uuid7

from picos.models import Pico
from rules.models.rule import Rule, RuleVersion


class Run(models.Model):
    """The record of one version meeting one event, for good; unique, so that its effects happen once."""

    class Outcome(models.TextChoices):
        """Stopped: it met a bound of rules/bounds.py, such as a chain of causes that was too long."""

        FIRED = "fired"
        NOT_MATCHED = "not_matched"
        STOPPED = "stopped"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="runs", db_index=False)
    version = models.ForeignKey(RuleVersion, on_delete=models.CASCADE, related_name="+", db_index=False)
    event_id = models.UUIDField()
    event_type = models.CharField(max_length=50)
    pico = models.ForeignKey(Pico, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    # The first event of the chain, for a run of an event that was itself caused; the engine counts these.
    root_id = models.UUIDField(null=True)
    outcome = models.CharField(max_length=11, choices=Outcome)
    # Each leaf of the condition with the value seen; each action with what came of it.
    trace = models.JSONField(default=list)
    actions = models.JSONField(default=list)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["rule", "-id"], name="run_newest_first"),
            # What rules did about a thing, for the desk.
            models.Index(fields=["pico", "-id"], name="run_of_pico"),
            # How many runs a chain of causes has led to lately (rules/bounds.py).
            models.Index(fields=["root_id", "at"], name="run_of_chain", condition=~models.Q(root_id=None)),
        ]
        constraints: ClassVar = [models.UniqueConstraint("version", "event_id", name="run_once")]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.outcome}"
