"""Photos: taken in only as what Pillow can decode, re-encoded, and stripped of where and when they were made."""

import hashlib
import io
import logging
from collections.abc import Sequence
from typing import IO, Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from PIL import ExifTags, Image
from uuid_utils.compat import uuid7

from journals.models import Attachment, Entry
from parties.errors import RefusedError

logger = logging.getLogger(__name__)

MOST_BYTES: Final = 10 * 1024 * 1024
MOST_PIXELS: Final = 40_000_000
MOST_PER_ENTRY: Final = 6
FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
# Longest side in pixels of what we keep, and of its thumbnail.
KEPT_SIDE: Final = 2560
THUMBNAIL_SIDE: Final = 480
THUMBNAILS_AT_ONCE: Final = 100
# By EXIF's orientation, 1 being upright already (CIPA DC-008, Orientation).
UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# MOST_PIXELS is checked as soon as the header is read; Pillow's own check would only warn up to 178 megapixels.
Image.MAX_IMAGE_PIXELS = None


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
        small = _jpeg(file, side=THUMBNAIL_SIDE)
    name = default_storage.save(attachment.name.replace(".jpg", ".small.jpg"), ContentFile(small))
    Attachment.objects.filter(pk=attachment.pk, thumbnail="").update(thumbnail=name)


def _clean(file: "UploadedFile[bytes]") -> bytes:
    shown_name = (file.name or "That photo")[:60]
    if (file.size or 0) > MOST_BYTES:
        message = f"“{shown_name}” is larger than 10 MB. Your text is kept; choose a smaller photo."
        raise RefusedError(message, field="attachments")
    try:
        return _jpeg(file, side=KEPT_SIDE)
    except Image.DecompressionBombError as error:
        message = f"“{shown_name}” has more than 40 megapixels. Your text is kept; choose a smaller photo."
        raise RefusedError(message, field="attachments") from error
    except Exception as error:  # each of Pillow's readers raises its own
        message = f"“{shown_name}” is not a photo that we can read. Your text is kept; choose a JPEG, PNG, WebP or GIF."
        raise RefusedError(message, field="attachments") from error


def _jpeg(file: "IO[bytes] | UploadedFile[bytes]", *, side: int) -> bytes:
    """Decodes and encodes anew: nothing of the original file but its pixels gets through."""
    file.seek(0)
    with Image.open(file, formats=FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise Image.DecompressionBombError
        image.draft("RGB", (side, side))
        image.thumbnail((side, side))
        # After the pixels, as a PNG may tell it behind them.
        turn = _turn(image)
        plain = _on_white(image if turn is None else image.transpose(turn))
    # Pillow would carry a comment over.
    plain.info.clear()
    out = io.BytesIO()
    plain.save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue()


def _turn(image: Image.Image) -> Image.Transpose | None:
    """What brings it upright, by EXIF's orientation. EXIF that cannot be read says nothing."""
    try:
        return UPRIGHT.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 (each part of Pillow raises its own)
        return None


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        layer = image.convert("RGBA")
        ground = Image.new("RGB", layer.size, "white")
        ground.paste(layer, mask=layer.getchannel("A"))
        return ground
    return image.convert("RGB")
