"""Answers by mail: the addresses that take them, and what came; and who was told of whose wait."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7

from conduits.models.conduit import Conduit
from journals.models import Entry
from parties.models import Member

VALID_FOR = timedelta(days=30)


class ReplyAddress(models.Model):
    """One mail's address for answers, good for one person in one conduit (conduits/mail/addresses.py)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conduit = models.ForeignKey(Conduit, on_delete=models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # As what they write: a company's member, whose address ends with the membership; None: the owner.
    member = models.ForeignKey(Member, on_delete=models.CASCADE, null=True, related_name="+")
    # What the mail was about.
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "reply addresses"

    def __str__(self) -> str:
        return f"{self.person} in {self.conduit}"


class ReceivedMail(models.Model):
    """A mail that was taken at an address, so that it is not taken twice."""

    address = models.ForeignKey(ReplyAddress, on_delete=models.CASCADE, related_name="received", db_index=False)
    # SHA-256 of its Message-ID.
    digest = models.BinaryField(max_length=32)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("address", "digest", name="received_mail_once")]

    def __str__(self) -> str:
        return f"{self.address} {self.at}"


class WaitTold(models.Model):
    """A member is mailed that an owner waits: at least once for each wait, from this table."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+", db_index=False)
    conduit = models.ForeignKey(Conduit, on_delete=models.CASCADE, related_name="+", db_index=False)
    # When the wait began.
    since = models.DateTimeField()
    # When to mail it next; None once it is mailed, or is not to be.
    mail_at = models.DateTimeField(null=True)
    mail_tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name_plural = "waits told"
        indexes: ClassVar = [
            models.Index(fields=["mail_at"], name="wait_told_to_mail", condition=~models.Q(mail_at=None)),
        ]
        constraints: ClassVar = [models.UniqueConstraint("conduit", "member", "since", name="wait_told_once")]

    def __str__(self) -> str:
        return f"{self.member} of {self.conduit}"
