"""Pictures that somebody sends: taken in only as what Pillow can decode, within bounds, and encoded anew.

What comes out is pixels, upright: nothing of where, when or with what a picture was made.
"""

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Final

from django.core.files.uploadedfile import UploadedFile
from PIL import ExifTags, Image

from parties.errors import RefusedError

MOST_BYTES: Final = 10 * 1024 * 1024
MOST_PIXELS: Final = 40_000_000
FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
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

Read = Callable[["IO[bytes] | UploadedFile[bytes]"], bytes]

# Of 40 megapixels, a WebP of 36 bytes takes 600 MB until it is small, and a server has dozens of threads.
_one_at_a_time = threading.Lock()

# MOST_PIXELS is checked as soon as the header is read; Pillow's own check would only warn up to 178 megapixels.
Image.MAX_IMAGE_PIXELS = None


def take_picture(file: "UploadedFile[bytes]", read: Read, *, field: str, noun: str, kept: str) -> bytes:
    """What `read` makes of an upload. Raises RefusedError, naming the file, for what is too large or no picture.

    The message calls it a `noun`, and says what did not change: `kept`.
    """
    name = (file.name or f"That {noun}")[:60]
    if (file.size or 0) > MOST_BYTES:
        message = f"“{name}” is larger than 10 MB. {kept}; choose a smaller {noun}."
        raise RefusedError(message, field=field)
    try:
        return read(file)
    except RefusedError:
        raise
    except Image.DecompressionBombError as error:
        message = f"“{name}” has more than 40 megapixels. {kept}; choose a smaller {noun}."
        raise RefusedError(message, field=field) from error
    except Exception as error:  # each of Pillow's readers raises its own
        message = f"“{name}” is not a {noun} that we can read. {kept}; choose a JPEG, PNG, WebP or GIF."
        raise RefusedError(message, field=field) from error


def as_jpeg(file: "IO[bytes] | UploadedFile[bytes]", *, side: int) -> bytes:
    """Decoded and encoded anew, on white where it was transparent; `side` pixels long at most."""
    with upright(file, side=side) as image:
        return encoded(_on_white(image), "JPEG", quality=85, optimize=True)


@contextmanager
def upright(file: "IO[bytes] | UploadedFile[bytes]", *, side: int) -> Iterator[Image.Image]:
    """The picture, or the first one of a film, in at most `side` pixels. Raises what Pillow raises.

    Within it nothing else of this process decodes a picture: who comes meanwhile waits.
    """
    file.seek(0)
    with _one_at_a_time, Image.open(file, formats=FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise Image.DecompressionBombError
        image.draft("RGB", (side, side))
        small = _in_full_colour(image)
        small.thumbnail((side, side))
        # After the pixels, as a PNG may tell it behind them.
        turn = _turn(image)
        yield small if turn is None else small.transpose(turn)


def encoded(image: Image.Image, kind: str, **save: object) -> bytes:
    """The picture as a file of this kind, with its pixels alone."""
    # Pillow would carry a comment or a profile over.
    image.info.clear()
    out = io.BytesIO()
    image.save(out, kind, **save)
    return out.getvalue()


def is_transparent(image: Image.Image) -> bool:
    """Whether it says how much of each pixel is seen, in whichever way."""
    return image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info


def _in_full_colour(image: Image.Image) -> Image.Image:
    """As Pillow can make it smaller: of a palette it would leave pixels out, and 16 bits of grey would all be white."""
    if image.mode.startswith("I"):
        image.info.pop("transparency", None)
        return image.point(lambda grey: grey / 256).convert("L")
    if image.mode == "1":
        return image.convert("L")
    return image.convert("RGBA") if image.mode == "P" or "transparency" in image.info else image


def _turn(image: Image.Image) -> Image.Transpose | None:
    """What brings it upright, by EXIF's orientation. EXIF that cannot be read says nothing."""
    try:
        return UPRIGHT.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 (each part of Pillow raises its own)
        return None


def _on_white(image: Image.Image) -> Image.Image:
    if is_transparent(image):
        layer = image.convert("RGBA")
        ground = Image.new("RGB", layer.size, "white")
        ground.paste(layer, mask=layer.getchannel("A"))
        return ground
    return image.convert("RGB")
