"""A message to an endpoint, and each try at sending it."""

from typing import ClassVar

from django.db import models
from uuid_utils.compat import uuid7

from conduits.models.conduit import Conduit
from conduits.models.endpoint import Endpoint
from picos.models import Pico


class Delivery(models.Model):
    """One message. Its id is the `webhook-id` of all its attempts; the row waits here, never in a broker."""

    class State(models.TextChoices):
        """Refused: the gate was shut when it was to leave. Failed: every attempt of the schedule was used up."""

        WAITING = "waiting"
        DELIVERED = "delivered"
        FAILED = "failed"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    event_id = models.UUIDField()
    event_type = models.CharField(max_length=50)
    pico = models.ForeignKey(Pico, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    conduit = models.ForeignKey(Conduit, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    # The event's place among its pico's: an ordered endpoint gets them in this order.
    sequence = models.BigIntegerField()
    # The exact text that was last signed, sent and answered; empty while no server has answered.
    body = models.TextField()
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    # The rule version that sent it: with event and endpoint, what must not happen twice.
    rule_version_id = models.UUIDField(null=True)
    replay_of = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="replays")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes: ClassVar = [
            # The drain's question: what of this endpoint's is due?
            models.Index(
                fields=["endpoint", "next_attempt_at"], name="delivery_due", condition=models.Q(state="waiting")
            ),
            # An ordered endpoint's: is an earlier one of this pico still waiting?
            models.Index(
                fields=["endpoint", "pico", "sequence"], name="delivery_ahead", condition=models.Q(state="waiting")
            ),
            # The log of an endpoint, newest first.
            models.Index(fields=["endpoint", "-id"], name="delivery_log"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "endpoint",
                "event_id",
                "rule_version_id",
                name="delivery_once",
                condition=models.Q(replay_of=None, rule_version_id__isnull=False),
            ),
            models.CheckConstraint(
                condition=models.Q(state="waiting", next_attempt_at__isnull=False)
                | (~models.Q(state="waiting") & models.Q(next_attempt_at=None)),
                name="delivery_waits_for_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} to {self.endpoint_id}"

    @property
    def webhook_id(self) -> str:
        """The stable message id of Standard Webhooks."""
        return f"msg_{self.pk.hex}"


class Attempt(models.Model):
    """One try at sending, for good; a trigger refuses updates and deletes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts", db_index=False)
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField()
    # None when no answer came; then `error` says why.
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=300, blank=True)
    answer = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["number"]
        indexes: ClassVar = [models.Index(fields=["delivery", "number"], name="attempt_in_order")]

    def __str__(self) -> str:
        return f"attempt {self.number}: {self.status or self.error}"

    @property
    def accepted(self) -> bool:
        """Any 2xx means that the endpoint has it."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004
