"""A run that waits."""

from typing import ClassVar

from django.db import models
from uuid_utils.compat import uuid7

from rules.models.run import Run


class Wait(models.Model):
    """Where an open run goes on: at an event, or when its time is up. Deleted in the commit in which it goes on.

    It waits here, never in a broker, so that nothing short of losing the database loses it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="wait")
    # Whose rule it is: the quota of open waits is counted by it.
    party = models.UUIDField()
    # The step of the version's plan at which the run stands.
    step = models.PositiveSmallIntegerField()
    # The event that it waits for, on the pico, person or company that `anchor` names; no type: for its time alone.
    anchor = models.UUIDField()
    event_type = models.CharField(max_length=50, blank=True)
    where = models.JSONField(default=dict)
    # Events before this one are too early.
    since = models.BigIntegerField()
    lane = models.SmallIntegerField()
    due = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            # Which runs wait for this event?
            models.Index(fields=["anchor", "event_type"], name="wait_for_event", condition=~models.Q(event_type="")),
            # Whose time is up in this lane?
            models.Index(fields=["lane", "due"], name="wait_due"),
            models.Index(fields=["party"], name="wait_of_party"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} until {self.due}"
