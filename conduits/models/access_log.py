"""What of an owner's the company was given, and what it was refused."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from uuid_utils.compat import uuid7

from conduits.models.conduit import Conduit


class AccessLine(models.Model):
    """One line of a conduit's access log, numbered without gaps and chained by SHA-256 (conduits/access_log.py)."""

    class Outcome(models.TextChoices):
        """What became of it."""

        READ = "read"
        SENT = "sent"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conduit = models.ForeignKey(Conduit, on_delete=models.CASCADE, related_name="access_lines", db_index=False)
    number = models.BigIntegerField()
    at = models.DateTimeField()
    outcome = models.CharField(max_length=7, choices=Outcome)
    # The member, key or endpoint that asked or was sent to, as words and as an id.
    who = models.CharField(max_length=200)
    who_id = models.UUIDField(null=True)
    # In which role: a member's, "key", "webhook" or "rules"; empty in lines from before roles were kept.
    role = models.CharField(max_length=10, blank=True)
    # What it was about: "journal", "pico", or an event's type; with the id of the row.
    what = models.CharField(max_length=50)
    what_id = models.UUIDField(null=True)
    fields = ArrayField(models.CharField(max_length=60), default=list)
    # Why it passed or did not, in words.
    reason = models.CharField(max_length=200)
    # What the terms let it be used for, as the roster names it; empty where none were agreed, and in earlier lines.
    purpose = models.CharField(max_length=100, blank=True)
    terms_sha256 = models.CharField(max_length=64, blank=True)
    previous_digest = models.BinaryField(max_length=32)
    digest = models.BinaryField(max_length=32)

    class Meta:
        ordering: ClassVar = ["-number"]
        indexes: ClassVar = [
            # The inbox's question: has this member been logged for this wait?
            models.Index(fields=["conduit", "who_id"], name="access_line_inbox", condition=models.Q(what="inbox")),
        ]
        constraints: ClassVar = [models.UniqueConstraint("conduit", "number", name="access_line_gapless")]

    def __str__(self) -> str:
        return f"{self.number}. {self.who} {self.outcome} {self.what}"

    @property
    def purposes(self) -> list[str]:
        """Each by itself."""
        return self.purpose.split(",") if self.purpose else []
