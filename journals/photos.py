"""Photos: taken in only as what Pillow can decode, re-encoded, and stripped of where and when they were made."""

import hashlib
import io
import logging
from collections.abc import Sequence
from functools import partial
from typing import Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from PIL import Image
from uuid_utils.compat import uuid7

from journals.models import Attachment, Entry
from parties.errors import RefusedError
from picos.pictures import as_jpeg, take_picture

logger = logging.getLogger(__name__)

MOST_PER_ENTRY: Final = 6
# Longest side in pixels of what we keep, and of its thumbnail.
KEPT_SIDE: Final = 2560
THUMBNAIL_SIDE: Final = 480
THUMBNAILS_AT_ONCE: Final = 100


def take_photos(files: "Sequence[UploadedFile[bytes]]") -> list[bytes]:
    """The uploads as clean JPEGs, in order. Raises RefusedError, naming the photo, for what cannot be taken."""
    if len(files) > MOST_PER_ENTRY:
        message = f"An entry can have {MOST_PER_ENTRY} photos; write another entry for the rest."
        raise RefusedError(message, field="attachments")
    return [_clean(file) for file in files]


def attach(*, entry: Entry, photos: Sequence[bytes]) -> list[Attachment]:
    """Stores clean photos with their entry. Files come first: a crash leaves an unused file, never a dead link."""
    rows = []
    for photo in photos:
        attachment_id = uuid7()
        name = default_storage.save(f"photos/{entry.journal_id}/{attachment_id}.jpg", ContentFile(photo))
        with Image.open(io.BytesIO(photo)) as image:
            width, height = image.size
        rows.append(
            Attachment(
                id=attachment_id,
                entry=entry,
                name=name,
                width=width,
                height=height,
                size=len(photo),
                digest=hashlib.sha256(photo).digest(),
            )
        )
    return Attachment.objects.bulk_create(rows)


def make_missing_thumbnails() -> None:
    """Makes the small pictures that are missing, newest first; a file that cannot be read keeps no other waiting."""
    for attachment in Attachment.objects.filter(thumbnail="").order_by("-id")[:THUMBNAILS_AT_ONCE]:
        try:
            make_thumbnail(attachment)
        except OSError:
            logger.exception("photo %s has no thumbnail", attachment.pk)


def make_thumbnail(attachment: Attachment) -> None:
    """Makes the small picture of a photo that has none yet."""
    with default_storage.open(attachment.name) as file:
        small = as_jpeg(file, side=THUMBNAIL_SIDE)
    name = default_storage.save(attachment.name.replace(".jpg", ".small.jpg"), ContentFile(small))
    Attachment.objects.filter(pk=attachment.pk, thumbnail="").update(thumbnail=name)


def _clean(file: "UploadedFile[bytes]") -> bytes:
    return take_picture(
        file, partial(as_jpeg, side=KEPT_SIDE), field="attachments", noun="photo", kept="Your text is kept"
    )
