"""One meeting of a rule and an event, and what came of it."""

from typing import ClassVar

from django.db import models
from uuid_utils.compat import uuid7

from picos.models import Pico
from rules.models.rule import Rule, RuleVersion


class Run(models.Model):
    """The record of one version meeting one event; unique, so that its effects happen once.

    While it waits or stands in the queue it goes on; then it stays as it is for good, and a trigger refuses changes.
    """

    class Outcome(models.TextChoices):
        """What came of it, or how far it is."""

        FIRED = "fired"
        WAITING = "waiting", "Waiting for what its rule waits for"
        QUEUED = "queued", "Behind an earlier run of its rule"
        NOT_MATCHED = "not_matched"
        NOTED = "noted", "One event of a pattern that is not complete"
        SKIPPED = "skipped", "Held back by the rule's own mode, cool-down or limit"
        STOPPED = "stopped", "Stopped by a bound"
        CANCELLED = "cancelled", "Ended while it waited"
        FAILED = "failed"

    # Those that go on.
    OPEN: ClassVar = ("waiting", "queued")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Without foreign keys in the database: each run would lock their rows, which all runs of a rule share, and nothing
    # that they lead to is ever deleted.
    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="runs", db_index=False, db_constraint=False)
    version = models.ForeignKey(
        RuleVersion, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    event_id = models.UUIDField()
    event_type = models.CharField(max_length=50)
    pico = models.ForeignKey(
        Pico, on_delete=models.CASCADE, null=True, related_name="+", db_index=False, db_constraint=False
    )
    # What the rule counts, paces and waits by: the id of the pico, person or product that `per` says.
    key = models.UUIDField(null=True)
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
            # How many runs a chain of causes has led to lately (rules/engine/bounds.py).
            models.Index(fields=["root_id", "at"], name="run_of_chain", condition=~models.Q(root_id=None)),
            # Is an earlier run of this rule and key still under way?
            models.Index(
                fields=["rule", "key", "id"],
                name="run_under_way",
                condition=models.Q(outcome__in=["waiting", "queued"]),
            ),
        ]
        constraints: ClassVar = [models.UniqueConstraint("version", "event_id", name="run_once")]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.outcome}"
