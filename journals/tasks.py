"""Celery's doors to the verbs of this floor."""

from celery import shared_task

from journals.models import Attachment
from journals.photos import make_thumbnail


@shared_task(name="journals.make_thumbnails")
def make_thumbnails() -> None:
    """Makes the thumbnails that are still missing."""
    for attachment in Attachment.objects.filter(thumbnail="")[:100]:
        make_thumbnail(attachment)
