"""Events: what happened, in order, for good; and the queue of those that no rule has seen yet."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from parties.models import Company, Person
from picos.models.pico import Pico

LANES = 64


class Event(models.Model):
    """An immutable fact, about one pico unless it is a party's own matter.

    Partitioned by month on `id`, whose first 48 bits are the milliseconds (UUIDv7, RFC 9562 section 5.7).
    Of one pico, `sequence` order is commit order (see picos/events.py). A trigger refuses updates and deletes.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    sequence = models.BigIntegerField(editable=False)
    type = models.CharField(max_length=50)
    at = models.DateTimeField(db_default=Now())
    pico = models.ForeignKey(Pico, on_delete=models.DO_NOTHING, null=True, related_name="events", db_index=False)
    # The owner and the company at that time: a later owner's conduit must not carry an earlier one's events.
    # Without foreign keys: each event would lock their rows, and a company's row is everybody's.
    owner = models.ForeignKey(
        Person, on_delete=models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    company = models.ForeignKey(
        Company, on_delete=models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    data = models.JSONField()
    actor_kind = models.CharField(max_length=9)
    actor_id = models.UUIDField(null=True)
    agent_id = models.UUIDField(null=True)
    # The event that led to this one, the first of the chain, and how many steps lie between.
    cause_id = models.UUIDField(null=True)
    root_id = models.UUIDField()
    depth = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["sequence"]
        indexes: ClassVar = [models.Index(fields=["pico", "sequence"], name="event_of_pico")]

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


class Lane(models.Model):
    """A share of the queue. All events of a pico lie in one lane, and a worker holds a lane while it drains it."""

    number = models.SmallIntegerField(primary_key=True)

    def __str__(self) -> str:
        return str(self.number)


class Pending(models.Model):
    """An event that the rules have not handled yet; deleted in the commit that handles it."""

    event = models.OneToOneField(Event, on_delete=models.DO_NOTHING, primary_key=True, db_constraint=False)
    lane = models.SmallIntegerField()
    sequence = models.BigIntegerField()
    # Whose share of the engine it takes: the company's, else that of the thing alone. All events of a pico are of one.
    party = models.UUIDField()

    class Meta:
        verbose_name_plural = "pending"
        indexes: ClassVar = [
            models.Index(fields=["lane", "sequence"], name="pending_in_order"),
            # Each party's share, when more waits than can be taken at once.
            models.Index(fields=["lane", "party", "sequence"], name="pending_by_party"),
        ]

    def __str__(self) -> str:
        return str(self.event_id)
