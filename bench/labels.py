"""How fast codes are drawn, and sheets of labels made of them; every code of every sheet is read back."""

import io
import re
import time
import zlib
from collections.abc import Callable

import qrcode
import zxingcpp
from PIL import Image, ImageDraw
from qrcode.image.pil import PilImage

from bench.stage import Stage
from picos.labels import pdf, zpl
from picos.labels.order import Order
from picos.qr import PEN, url_of_code
from picos.squares import QUIET_ZONE, square_of

SHEET = 1000
CODES = 10_000
# Of the relative: as many as take a tenth of a second or so.
FEW = 50
_STREAM = re.compile(rb"/Filter \[ /FlateDecode \] /Length (\d+)\s+>>\s+stream\n")
_SQUARE = re.compile(rb"(?:\d+ \d+ \d+ 1 re )+")
_RECTANGLE = re.compile(rb"(\d+) (\d+) (\d+) 1 re")


def measure(stage: Stage) -> dict[str, float]:
    """The ceiling is the encoder's own rate, matrix alone. Raises RuntimeError when a code is not read back."""
    urls = [url_of_code(code) for code in stage.codes[:CODES]]
    wanted = Order(sheet="5160", count=SHEET, fields=["code", "name", "serial", "company"])
    per_cpu_s = _per_cpu_second(lambda url: PEN.draw(square_of(url)), urls)
    encoded = _per_cpu_second(square_of, urls)
    begin = time.perf_counter()
    sheets = b"".join(pdf.written(stage.batch, wanted))
    sheet_seconds = time.perf_counter() - begin
    begin_cpu = time.process_time()
    labels = len(list(zpl.written(stage.batch, wanted)))
    zpl_per_cpu_s = labels / (time.process_time() - begin_cpu)
    return {
        "codes_per_cpu_s": round(per_cpu_s),
        "encoder_per_cpu_s": round(encoded),
        "ratio": round(per_cpu_s / encoded, 3),
        "qrcode_per_cpu_s": round(_per_cpu_second(_as_others_do, urls[:FEW])),
        "sheet_1000_s": round(sheet_seconds, 3),
        "sheet_1000_bytes": len(sheets),
        "zpl_per_cpu_s": round(zpl_per_cpu_s),
        "read_back": _read_back(sheets, stage),
    }


def _per_cpu_second(draw: Callable[[str], object], urls: list[str]) -> float:
    draw(urls[0])
    begin = time.process_time()
    for url in urls:
        draw(url)
    return len(urls) / (time.process_time() - begin)


def _as_others_do(url: str) -> None:
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(url)
    code.make_image(image_factory=PilImage).save(io.BytesIO(), "PNG")


def _read_back(sheets: bytes, stage: Stage) -> int:
    """How many codes, all of them right: painted from the file's own rectangles and read by zxing-cpp."""
    minted = stage.batch.picos.order_by("pk").values_list("code", flat=True)[:SHEET]
    pages = (zlib.decompress(sheets[at.end() : at.end() + int(at[1])]) for at in _STREAM.finditer(sheets))
    found = [_read(square.group()) for page in pages for square in _SQUARE.finditer(page)]
    if found != [url_of_code(code) for code in minted]:
        raise RuntimeError("a code on the sheets is not read as what was minted")
    return len(found)


def _read(square: bytes) -> str:
    runs = [tuple(map(int, run)) for run in _RECTANGLE.findall(square)]
    side = max(x + width for x, _, width in runs) + 2 * QUIET_ZONE
    image = Image.new("L", (side, side), 255)
    paint = ImageDraw.Draw(image)
    for x, y, width in runs:
        paint.line((x + QUIET_ZONE, y + QUIET_ZONE, x + QUIET_ZONE + width - 1, y + QUIET_ZONE), fill=0)
    larger = image.resize((4 * side, 4 * side), Image.Resampling.NEAREST)
    return "".join(found.text for found in zxingcpp.read_barcodes(larger))
