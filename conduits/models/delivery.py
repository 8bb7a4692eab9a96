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
        """Refused: the gate was shut when it was to leave. Failed: every attempt of the schedule was used up.

        Set aside: it broke what was to send it, and waits for somebody to look (`problem` says why).
        """

        WAITING = "waiting"
        DELIVERED = "delivered"
        FAILED = "failed"
        REFUSED = "refused"
        SET_ASIDE = "set_aside"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Without foreign keys in the database: each message would lock their rows, which all of an endpoint's share, and
    # nothing that they lead to is ever deleted.
    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.CASCADE, related_name="deliveries", db_index=False, db_constraint=False
    )
    event_id = models.UUIDField()
    event_type = models.CharField(max_length=50)
    pico = models.ForeignKey(
        Pico, on_delete=models.CASCADE, null=True, related_name="+", db_index=False, db_constraint=False
    )
    conduit = models.ForeignKey(
        Conduit, on_delete=models.CASCADE, null=True, related_name="+", db_index=False, db_constraint=False
    )
    # The event's place among its pico's: an ordered endpoint gets them in this order.
    sequence = models.BigIntegerField()
    # The exact text that was last signed, sent and answered; empty while no server has answered.
    body = models.TextField()
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    # All of them; `tries_used` counts those of the schedule, not what was tried ahead of it to probe an endpoint.
    attempt_count = models.PositiveSmallIntegerField(default=0)
    tries_used = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    # Set while a worker has it. `lost_claims` counts the workers in a row that never came back from it.
    leased_until = models.DateTimeField(null=True)
    lost_claims = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=200, blank=True)
    # The rule version that sent it: with event and endpoint, what must not happen twice.
    rule_version_id = models.UUIDField(null=True)
    replay_of = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="replays", db_index=False)
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
            # How much of this endpoint's is under way?
            models.Index(
                fields=["endpoint", "leased_until"],
                name="delivery_under_way",
                condition=models.Q(state="waiting", leased_until__isnull=False),
            ),
            # The log of an endpoint, newest first.
            models.Index(fields=["endpoint", "-id"], name="delivery_log"),
            # What can be recovered, by time; and how many were set aside.
            models.Index(
                fields=["endpoint", "created_at"],
                name="delivery_undelivered",
                condition=models.Q(state__in=["failed", "set_aside"]),
            ),
            # Was this event sent there again?
            models.Index(
                fields=["endpoint", "event_id"], name="delivery_replays", condition=models.Q(replay_of__isnull=False)
            ),
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
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "delivered", "failed", "refused", "set_aside"]),
                name="delivery_state_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(problem="") | models.Q(state="set_aside"), name="delivery_problem_is_of_set_aside"
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
    # Without a foreign key in the database, which would look the delivery up once more for each attempt.
    delivery = models.ForeignKey(
        Delivery, on_delete=models.CASCADE, related_name="attempts", db_index=False, db_constraint=False
    )
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
