"""A key: what a program shows to act for a company or a person."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from uuid_utils.compat import uuid7

from parties.models.company import Company


class KeyQuerySet(models.QuerySet["Key"]):
    """Keys, as looked up by what they may still do."""

    def usable(self) -> "KeyQuerySet":
        """Neither revoked nor expired."""
        return self.filter(revoked_at=None).exclude(expires_at__lte=timezone.now())


class Key(models.Model):
    """A bearer key. Only its SHA-256 is kept: 256 random bits need no slow hash."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    company = models.ForeignKey(Company, on_delete=models.CASCADE, null=True, related_name="keys")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="keys")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=16)
    digest = models.BinaryField(max_length=32, unique=True)
    scopes = ArrayField(models.CharField(max_length=20))
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects: ClassVar = KeyQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(company=None) ^ models.Q(person=None), name="key_belongs_to_one_party"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.name})"

    @property
    def party(self) -> "models.Model":
        """The company or person that the key acts for."""
        return self.company or self.person  # type: ignore[return-value]
