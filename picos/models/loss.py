"""A thing that its owner misses, and what finders wrote."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7

from picos.models.pico import Pico


class Loss(models.Model):
    """One time that a pico was lost: what its page then says to a finder."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    pico = models.ForeignKey(Pico, on_delete=models.CASCADE, related_name="losses")
    message = models.TextField(max_length=500)
    contact = models.CharField(max_length=200, blank=True)
    show_contact = models.BooleanField(default=False)
    lost_at = models.DateTimeField(auto_now_add=True)
    recovered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "losses"
        constraints: ClassVar = [
            models.UniqueConstraint("pico", name="pico_lost_once_at_a_time", condition=models.Q(recovered_at=None)),
        ]

    def __str__(self) -> str:
        return self.message


class Finder(models.Model):
    """Somebody who wrote to an owner from the thing's page. They come back by a secret link, never by an address."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    pico = models.ForeignKey(Pico, on_delete=models.CASCADE, related_name="finders")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="finders")
    token_digest = models.BinaryField(max_length=32, unique=True)
    # What the finder chose to tell; shown to the owner only.
    contact = models.CharField(max_length=200, blank=True)
    visitor = models.BinaryField(max_length=8)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [
            # The cap's question: how often has this visitor written of late?
            models.Index(fields=["pico", "created_at"], name="finder_recent"),
        ]

    def __str__(self) -> str:
        return "A finder"


class FinderMessage(models.Model):
    """One message between a finder and the owner."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    finder = models.ForeignKey(Finder, on_delete=models.CASCADE, related_name="messages")
    from_finder = models.BooleanField()
    body = models.TextField(max_length=2000)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.body
