"""The letters on labels: how wide they are, and which of them a PDF's own fonts have."""

import unicodedata
from functools import lru_cache

from reportlab.pdfbase.pdfmetrics import stringWidth

PLAIN, FIXED = "Helvetica", "Courier-Bold"


@lru_cache(maxsize=4096)
def width_of(text: str, font: str) -> float:
    """In units of the type's size."""
    return float(stringWidth(text, font, 1))


@lru_cache(maxsize=4096)
def printable(text: str) -> str:
    """The text in the letters of Windows-1252, as the fonts that need no embedding have no others.

    Others lose their accents, and become a question mark if that is not enough; line breaks become spaces.
    """
    return "".join(_printable(letter) for letter in " ".join(text.split()))


def _printable(letter: str) -> str:
    for form in (letter, unicodedata.normalize("NFKD", letter)):
        known = form.encode("cp1252", "ignore").decode("cp1252")
        if known and known.isprintable():
            return known
    return "" if unicodedata.combining(letter) else "?"
