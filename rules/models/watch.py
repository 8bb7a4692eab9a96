"""How far a pattern of several events, or a clock, has come."""

from typing import ClassVar

from django.db import models
from uuid_utils.compat import uuid7

from picos.models import Pico
from rules.models.rule import RuleVersion


class Watch(models.Model):
    """The state of one version's `when` for one key: what has happened so far, and when time itself is next."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.ForeignKey(RuleVersion, on_delete=models.CASCADE, related_name="watches", db_index=False)
    # The pico, person or product that `per` says; the rule's owner for a clock that is about no thing.
    key = models.UUIDField()
    # The thing of the event that fed it last, and that event: what its time leads to is about these.
    pico = models.ForeignKey(Pico, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    event_id = models.UUIDField(null=True)
    # As rules/triggers/automaton.py has it.
    state = models.JSONField()
    lane = models.SmallIntegerField()
    due = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "watches"
        indexes: ClassVar = [
            # Whose time has come in this lane?
            models.Index(fields=["lane", "due"], name="watch_due", condition=~models.Q(due=None)),
        ]
        constraints: ClassVar = [models.UniqueConstraint("version", "key", name="watch_once")]

    def __str__(self) -> str:
        return f"{self.version_id} of {self.key}"


class Pace(models.Model):
    """When a rule with a cool-down or a limit last fired for a key."""

    id = models.BigAutoField(primary_key=True)
    rule = models.ForeignKey("rules.Rule", on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.UUIDField()
    # ISO 8601, ascending, as many as the limit counts.
    fired = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("rule", "key", name="pace_once")]

    def __str__(self) -> str:
        return f"{self.rule_id} for {self.key}"
