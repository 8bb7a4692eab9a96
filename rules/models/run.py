"""One evaluation of a rule, and what it did."""

from typing import ClassVar

from django.db import models
from uuid_utils.compat import uuid7

from picos.models import Pico
from rules.models.rule import Rule, RuleVersion


class Run(models.Model):
    """The record of one version meeting one event, for good; unique, so that its effects happen once."""

    class Outcome(models.TextChoices):
        """Stopped: the chain of causes was too long, so that rules may be calling each other."""

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
    outcome = models.CharField(max_length=11, choices=Outcome)
    # Each leaf of the condition with the value seen; each action with what came of it.
    trace = models.JSONField(default=list)
    actions = models.JSONField(default=list)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["rule", "-id"], name="run_newest_first")]
        constraints: ClassVar = [models.UniqueConstraint("version", "event_id", name="run_once")]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.outcome}"
