"""What tells that a code was copied onto other things: who came of late, what is too much, and what was suspected."""

from typing import ClassVar

from django.db import models

from picos.models.catalogue import Product
from picos.models.pico import Pico


class Sighting(models.Model):
    """That a visitor opened a pico's page within the last hour; the table is UNLOGGED, see picos/copies.py.

    `visitor` is the keyed hash that changes every day (picos/visitors.py).
    """

    id = models.BigAutoField(primary_key=True)
    pico = models.ForeignKey(Pico, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+")
    visitor = models.BinaryField(max_length=8)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("pico", "visitor", name="sighting_once")]
        indexes: ClassVar = [models.Index(fields=["at"], name="sighting_old")]

    def __str__(self) -> str:
        return str(self.pico_id)


class CopyThresholds(models.Model):
    """What is too much for a copy of this product; without a row, what picos/copies.py says."""

    product = models.OneToOneField(Product, on_delete=models.CASCADE, primary_key=True, related_name="copy_thresholds")
    # None: this sign is not looked for.
    visitors_per_hour = models.PositiveIntegerField(null=True)
    kilometres_per_hour = models.PositiveIntegerField(null=True)
    jumps = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "copy thresholds"

    def __str__(self) -> str:
        return str(self.product_id)


class Suspicion(models.Model):
    """That a pico's code looks copied, as it was last told by an event."""

    pico = models.OneToOneField(Pico, on_delete=models.CASCADE, primary_key=True, related_name="suspicion")
    at = models.DateTimeField()
    # Who owned it then; None when nobody did.
    owner_id = models.UUIDField(null=True)
    evidence = models.JSONField()

    def __str__(self) -> str:
        return str(self.pico_id)
