"""What a party's rules have used of its share."""

from typing import ClassVar

from django.db import models


class Usage(models.Model):
    """Evaluations and actions of one party's rules within one hour, see rules/engine/quotas.py."""

    id = models.BigAutoField(primary_key=True)
    party = models.UUIDField()
    hour = models.DateTimeField()
    evaluations = models.PositiveIntegerField(default=0)
    actions = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "usage"
        constraints: ClassVar = [models.UniqueConstraint("party", "hour", name="usage_once")]

    def __str__(self) -> str:
        return f"{self.party} at {self.hour}"
