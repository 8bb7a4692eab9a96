"""Celery's doors to the verbs of this floor."""

from celery import shared_task

from journals import photos


@shared_task(name="journals.make_thumbnails")
def make_thumbnails() -> None:
    """Makes the thumbnails that are still missing."""
    photos.make_missing_thumbnails()
