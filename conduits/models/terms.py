"""The agreement that a conduit stands on (IEEE 7012-2025: the person is the first party)."""

from django.db import models
from uuid_utils.compat import uuid7

from conduits.models.conduit import Conduit


class Terms(models.Model):
    """One record of one agreement, for good. `sha256` is over the RFC 8785 canonical JSON of `record`.

    A change is a new record that names the one before in `previous_sha256`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conduit = models.ForeignKey(Conduit, on_delete=models.CASCADE, related_name="agreements")
    sha256 = models.CharField(max_length=64, unique=True)
    record = models.JSONField()
    previous_sha256 = models.CharField(max_length=64, blank=True)
    # Ed25519 over the canonical bytes; empty while a side has not signed.
    person_signature = models.BinaryField(max_length=64, blank=True)
    company_signature = models.BinaryField(max_length=64, blank=True)
    agreed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "terms"

    def __str__(self) -> str:
        return self.sha256

    @property
    def agreement(self) -> str:
        """The roster's name of the agreement, such as SD-BASE-DP."""
        return str(self.record["agreement"]["id"])
