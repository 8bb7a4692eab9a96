"""What a party signs agreements with."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7

from parties.models import Company


class SigningKey(models.Model):
    """An Ed25519 key (RFC 8032). A company has one; a person has one towards each company, so that no two companies
    can find out that they have the same customer.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="signing_keys")
    # The person whose key towards the company it is; None for the company's own.
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    # How records name the party.
    name = models.CharField(max_length=36)
    public = models.BinaryField(max_length=32)
    # The private key, sealed (parties/vault.py).
    sealed = models.CharField(max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "owner"], name="signing_key_of_party_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return self.name
