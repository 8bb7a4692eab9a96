"""A photo in a journal."""

from typing import ClassVar

from django.db import models
from uuid_utils.compat import uuid7

from journals.models.entry import Entry


class Attachment(models.Model):
    """A photo, re-encoded and without metadata (journals/photos.py). Names are paths in the media storage.

    A trigger refuses deletes, and updates of all but the thumbnail.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=200)
    # Empty until a worker has made it.
    thumbnail = models.CharField(max_length=200, blank=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    # SHA-256 of the file, which no trigger guards.
    digest = models.BinaryField(max_length=32)

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            # The thumbnail sweeper's question.
            models.Index(fields=["id"], name="attachment_unshrunk", condition=models.Q(thumbnail="")),
        ]

    def __str__(self) -> str:
        return self.name
