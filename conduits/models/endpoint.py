"""Where a company receives webhooks."""

from typing import ClassVar

from django.db import models
from uuid_utils.compat import uuid7

from parties.models import Company


class Endpoint(models.Model):
    """A URL of a company's and the secret that signs what goes there. Which events go there is a rule's matter."""

    class Status(models.TextChoices):
        """A disabled one gets nothing until its company enables it."""

        ENABLED = "enabled"
        DISABLED = "disabled"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="endpoints")
    url = models.URLField(max_length=2048)
    # Sealed (parties/vault.py). While a secret rotates, the one before still signs too, until its time.
    secret = models.CharField(max_length=300)
    previous_secret = models.CharField(max_length=300, blank=True)
    previous_secret_until = models.DateTimeField(null=True)
    # Whether a pico's messages must arrive in order: then one that fails holds up those behind it.
    ordered = models.BooleanField(default=False)
    status = models.CharField(max_length=8, choices=Status, default=Status.ENABLED)
    disabled_reason = models.CharField(max_length=200, blank=True)
    deleted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(status__in=["enabled", "disabled"]), name="endpoint_status_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.url
