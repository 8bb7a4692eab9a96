"""What a company makes, and the mintings of it."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from uuid_utils.compat import uuid7

from parties.models import Company


class Product(models.Model):
    """A kind of thing that a company makes."""

    class ClaimPolicy(models.TextChoices):
        """What it takes to claim a copy: the code alone, or also the PIN that came in the box."""

        OPEN = "open"
        PIN = "pin"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="products")
    name = models.CharField(max_length=100)
    sku = models.CharField(max_length=50)
    gtin = models.CharField(max_length=14, blank=True)
    description = models.TextField(blank=True)
    claim_policy = models.CharField(max_length=4, choices=ClaimPolicy, default=ClaimPolicy.OPEN)
    # Whether there are links of its own, and of any of its batches. They are written again with each change of a link,
    # so that pages that hang on this row's version change, too (dashboards/strangers.py).
    has_links = models.BooleanField(default=False)
    batches_have_links = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [
            # Whose is this number? (picos/gs1/resolving.py)
            models.Index(fields=["gtin"], name="product_gtin", condition=~models.Q(gtin="")),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint("company", "sku", name="product_sku_once_per_company"),
            models.UniqueConstraint(
                "company", "gtin", name="product_gtin_once_per_company", condition=~models.Q(gtin="")
            ),
            models.CheckConstraint(
                condition=models.Q(claim_policy__in=["open", "pin"]), name="product_claim_policy_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BatchQuerySet(models.QuerySet["Batch"]):
    """Batches, by how far they are."""

    def unfinished(self) -> "BatchQuerySet":
        """Those that still want minting."""
        return self.filter(state__in=[Batch.State.QUEUED, Batch.State.MINTING])


class Batch(models.Model):
    """One minting of many picos of one product."""

    class State(models.TextChoices):
        """Queued until a worker takes it; `minted` tells how far it is."""

        QUEUED = "queued"
        MINTING = "minting"
        DONE = "done"
        CANCELLED = "cancelled"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="batches")
    count = models.PositiveIntegerField()
    minted = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    # How copies without given serials are numbered (picos/serials.py), from which number on; empty when they are not.
    pattern = models.CharField(max_length=80, blank=True)
    first_number = models.PositiveBigIntegerField(null=True)
    # The maker's own number of the lot (GS1 application identifier 10); empty when it has none.
    lot = models.CharField(max_length=20, blank=True)
    # What the PINs of this batch are derived from, sealed; empty when claiming needs none.
    pin_key = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar = BatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "batches"
        indexes: ClassVar = [
            # The minting sweeper's question: which batches still want minting?
            models.Index(
                fields=["created_at"], name="batch_unfinished", condition=models.Q(state__in=["queued", "minting"])
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(minted__lte=models.F("count")), name="batch_mints_its_count"),
            models.CheckConstraint(condition=models.Q(count__gte=1), name="batch_has_copies"),
            models.CheckConstraint(
                condition=models.Q(state__in=["queued", "minting", "done", "cancelled"]), name="batch_state_is_known"
            ),
            models.UniqueConstraint(
                fields=["product", "lot"], name="batch_lot_once_per_product", condition=~models.Q(lot="")
            ),
            models.CheckConstraint(
                condition=models.Q(pattern="", first_number=None)
                | (~models.Q(pattern="") & ~models.Q(first_number=None)),
                name="batch_pattern_has_first_number",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count} × {self.product}"

    @property
    def unfinished(self) -> bool:
        """Whether it still wants minting."""
        return self.state in {self.State.QUEUED, self.State.MINTING}

    @property
    def per_second(self) -> int | None:
        """How many copies a second were minted since it began, or until it was finished; None before anything shows."""
        if self.started_at is None or not self.minted:
            return None
        seconds = ((self.finished_at or timezone.now()) - self.started_at).total_seconds()
        return round(self.minted / max(seconds, 0.001))

    @property
    def seconds_left(self) -> int | None:
        """At that rate; None when nothing is left, or no rate shows."""
        return -(-(self.count - self.minted) // self.per_second) if self.unfinished and self.per_second else None


class GivenSerials(models.Model):
    """Some of the serials that a batch was ordered with, in order, from its copy number `first` (0: the first) on.

    Many to a row, but not all: a worker reads those of one transaction at a time. They go when the batch is minted.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="given", db_index=False)
    first = models.PositiveIntegerField()
    serials = ArrayField(models.CharField(max_length=50))

    class Meta:
        verbose_name_plural = "given serials"
        constraints: ClassVar = [models.UniqueConstraint("batch", "first", name="serials_given_once")]

    def __str__(self) -> str:
        return f"{len(self.serials)} serials of {self.batch_id}"
