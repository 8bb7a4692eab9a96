"""The record of one ownership of one pico."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7

from parties.models import Company
from picos.models import Pico


class Journal(models.Model):
    """Opened when a person becomes the owner, closed when they no longer are; it stays with that person.

    `company` is None for a thing whose maker is not here. The times below are pointers into the entries,
    moved by the verbs that append and read.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    pico = models.ForeignKey(Pico, on_delete=models.CASCADE, related_name="journals", db_index=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="journals")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, null=True, related_name="journals", db_index=False)
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)
    # Since when the owner's shared words wait for the company's answer.
    waiting_since = models.DateTimeField(null=True)
    owner_read_at = models.DateTimeField(null=True)
    company_read_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            # The desk's inbox: who waits longest?
            models.Index(
                fields=["company", "waiting_since"], name="journal_waiting", condition=~models.Q(waiting_since=None)
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint("pico", name="journal_open_once", condition=models.Q(closed_at=None)),
        ]

    def __str__(self) -> str:
        return f"Journal of {self.pico_id}"
