"""Pictures as people send them, and as nobody should."""

import io
import struct
import zlib
from typing import Any

from PIL import Image, PngImagePlugin

SECRET = b"SECRET-51.5N"
ORIENTATION = 0x0112


def encoded(image: Image.Image, kind: str, **save: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **save)
    return out.getvalue()


def an_image(mode: str = "RGB", size: tuple[int, int] = (60, 40), colour: Any = None) -> Image.Image:
    return Image.new(mode, size, colour or 0)


def where_and_when(orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[0x0110] = SECRET.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (51.0, 30.0, 0.0), 3: "W", 4: (0.0, 7.0, 0.0)})
    return exif.tobytes()


def a_png_of(width: int, height: int) -> bytes:
    """A few kilobytes that say they are so many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * min((width // 8 + 1) * height, 20_000_000), 9))
    return b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")


XMP = b'<?xpacket begin=""?><x:xmpmeta>' + SECRET + b"</x:xmpmeta>"


def a_png_with_words() -> bytes:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", SECRET.decode())
    words.add_itxt("XML:com.adobe.xmp", XMP.decode())
    return encoded(an_image(), "PNG", pnginfo=words, exif=where_and_when())
