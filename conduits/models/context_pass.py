"""What an owner shows an agent in a call: which fields, to whom, and for a while their values."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from uuid_utils.compat import uuid7

from conduits.models.conduit import Conduit
from parties.models import Company


class ContextPass(models.Model):
    """A code that is good once, then what it showed. Its values are erased; the rest is the receipt, for good."""

    class State(models.TextChoices):
        """What became of it. Ready: nobody used its code yet. Shown: somebody did, and looks at it."""

        READY = "ready"
        SHOWN = "shown"
        OVER = "over"
        REVOKED = "revoked"
        EXPIRED = "expired"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conduit = models.ForeignKey(Conduit, on_delete=models.CASCADE, related_name="passes")
    # The conduit's: its agents alone can use the code.
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+", db_index=False)
    # HMAC-SHA256 of the code (conduits/passes/codes.py).
    code_hash = models.BinaryField(max_length=32)
    # What was ticked, by name (conduits/passes/fields.py).
    fields = ArrayField(models.CharField(max_length=60))
    # Their values as JSON, sealed (parties/vault.py); empty once they are erased.
    sealed = models.TextField()
    made_at = models.DateTimeField(auto_now_add=True)
    # Until when the code can be used.
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    # Until when they who used it are shown the values.
    shown_until = models.DateTimeField(null=True)
    # The member or key that used it, as the access log names them.
    used_by = models.CharField(max_length=200, blank=True)
    used_by_id = models.UUIDField(null=True)
    revoked_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "context passes"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            # What the eraser looks at.
            models.Index(fields=["expires_at"], name="pass_to_erase", condition=models.Q(erased_at=None)),
            # A company's receipts.
            models.Index(fields=["company", "-id"], name="pass_used", condition=~models.Q(used_at=None)),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint("company", "code_hash", name="pass_code_once"),
            models.CheckConstraint(condition=~models.Q(fields=[]), name="pass_shows_something"),
            models.CheckConstraint(
                condition=models.Q(used_at=None, shown_until=None, used_by_id=None, used_by="")
                | models.Q(used_at__isnull=False, shown_until__isnull=False, used_by_id__isnull=False),
                name="pass_used_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(erased_at__isnull=False, sealed="")
                | (models.Q(erased_at=None) & ~models.Q(sealed="")),
                name="pass_erased_has_no_values",
            ),
            models.CheckConstraint(
                condition=models.Q(revoked_at=None) | models.Q(erased_at__isnull=False), name="pass_revoked_is_erased"
            ),
        ]

    def __str__(self) -> str:
        return f"{', '.join(self.fields)} of {self.conduit_id}"

    @property
    def state(self) -> str:
        """What it is now, also before the eraser came by."""
        now = timezone.now()
        if self.revoked_at:
            return self.State.REVOKED
        if self.shown_until:
            return self.State.SHOWN if self.shown_until > now and not self.erased_at else self.State.OVER
        return self.State.READY if self.expires_at > now and not self.erased_at else self.State.EXPIRED
