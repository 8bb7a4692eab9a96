"""What is known of a copy beyond its events: small values under keys."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7

from picos.models.pico import Pico


class State(models.Model):
    """One value of one side's. The company's stay with the pico; an owner's are that owner's, whoever owns it next."""

    class Namespace(models.TextChoices):
        """Whose value it is."""

        OWNER = "owner"
        COMPANY = "company"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    pico = models.ForeignKey(Pico, on_delete=models.CASCADE, related_name="states", db_index=False)
    namespace = models.CharField(max_length=7, choices=Namespace)
    # Whose of the pico's owners, earlier ones included; None for the company's.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    key = models.CharField(max_length=50)
    value = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "pico", "namespace", "owner", "key", name="state_once_per_key", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=models.Q(namespace="owner", owner__isnull=False)
                | models.Q(namespace="company", owner__isnull=True),
                name="state_owner_is_of_owners",
            ),
        ]

    def __str__(self) -> str:
        return self.key
