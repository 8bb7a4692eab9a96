"""Advisories: one notice of a company's for many picos, none of which is written for it."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from uuid_utils.compat import uuid7

from parties.models import Company
from picos.models import Batch, Product


class Severity(models.TextChoices):
    """How much it matters to whoever has the thing."""

    LOW = "low", "Good to know"
    MEDIUM = "medium", "Worth acting on"
    HIGH = "high", "Important: safety, or the thing does not work"


class Advisory(models.Model):
    """What holds for a product, a batch, serials or a region (all that are named must fit) until it ends.

    Its text is the newest of its wordings; whom it is about never changes.
    """

    class Ending(models.TextChoices):
        """How it ended before its time: what it said is over, or was never right."""

        ALL_CLEAR = "all_clear", "all clear"
        WITHDRAWN = "withdrawn", "withdrawn"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="advisories")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    # Where the scan comes from: as picos/regions.py has it; empty for everywhere.
    region = models.CharField(max_length=6, blank=True)
    # As picos/serial_runs.py writes them; the rows of SerialRun are what is asked.
    serials = ArrayField(models.CharField(max_length=102), default=list)
    has_serials = models.BooleanField(default=False)
    title = models.CharField(max_length=100)
    body = models.TextField()
    severity = models.CharField(max_length=6, choices=Severity)
    until = models.DateTimeField(null=True)
    revision = models.PositiveSmallIntegerField(default=1)
    published_at = models.DateTimeField(default=timezone.now)
    corrected_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=9, choices=Ending, blank=True)
    closing_words = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "advisories"
        indexes: ClassVar = [
            # Each scan's question while some stand: which of this company's? (conduits/advisories/standing.py)
            models.Index(fields=["company"], name="advisory_standing", condition=models.Q(ended_at=None)),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(severity__in=["low", "medium", "high"]), name="advisory_severity_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None, ending="")
                | models.Q(ended_at__isnull=False, ending__in=["all_clear", "withdrawn"]),
                name="advisory_ends_somehow",
            ),
            models.CheckConstraint(
                condition=models.Q(product__isnull=False)
                | models.Q(batch=None, has_serials=True)
                | (models.Q(batch=None) & ~models.Q(region="")),
                name="advisory_is_about_something",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def expired(self) -> bool:
        """Whether its time ran out before anybody ended it."""
        return self.ended_at is None and self.until is not None and self.until <= timezone.now()

    @property
    def stands(self) -> bool:
        """Whether pages show it now."""
        return self.ended_at is None and not self.expired

    @property
    def state(self) -> str:
        """`standing`, `expired`, `all_clear` or `withdrawn`."""
        return self.ending or ("expired" if self.expired else "standing")


class SerialRun(models.Model):
    """Serials that an advisory is about. Those of one prefix and width are apart from each other, so that the last one
    that begins at or before a serial tells whether it is among them: one look at the index.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    advisory = models.ForeignKey(Advisory, on_delete=models.CASCADE, related_name="runs", db_index=False)
    prefix = models.CharField(max_length=50, blank=True, db_collation="C")
    width = models.PositiveSmallIntegerField()
    # `width` figures each.
    first = models.CharField(max_length=50, blank=True, db_collation="C")
    last = models.CharField(max_length=50, blank=True, db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("advisory", "prefix", "width", "first", name="serial_run_once"),
            models.CheckConstraint(condition=models.Q(first__lte=models.F("last")), name="serial_run_has_an_order"),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}{self.first}..{self.prefix}{self.last}"


class Wording(models.Model):
    """What an advisory said from a moment on; a trigger refuses updates and deletes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    advisory = models.ForeignKey(Advisory, on_delete=models.CASCADE, related_name="wordings", db_index=False)
    revision = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=100)
    body = models.TextField()
    severity = models.CharField(max_length=6, choices=Severity)
    until = models.DateTimeField(null=True)
    at = models.DateTimeField(auto_now_add=True)
    # The member who wrote it; None for a program.
    agent_id = models.UUIDField(null=True)

    class Meta:
        ordering: ClassVar = ["revision"]
        constraints: ClassVar = [models.UniqueConstraint("advisory", "revision", name="wording_once")]

    def __str__(self) -> str:
        return f"{self.title} ({self.revision})"


class Acknowledgement(models.Model):
    """That an owner has read one wording of it. The company learns how many did, never who."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    advisory = models.ForeignKey(Advisory, on_delete=models.CASCADE, related_name="acknowledgements", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    revision = models.PositiveSmallIntegerField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("advisory", "revision", "person", name="acknowledged_once"),
        ]

    def __str__(self) -> str:
        return f"{self.advisory_id}, {self.revision}"
