"""What somebody probably meant who typed a code wrongly. It follows from the check symbol alone, so it tells nobody
whether there is such a code.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from picos.codes import LENGTH, is_code, read_as_code

# More than that many would be guessing.
MOST = 3
# Symbols that are taken for each other in handwriting, small print and over the phone.
CONFUSABLE = ("8B", "5S", "2Z", "0D", "0Q", "6G", "VY", "17", "4A", "MN", "CG", "EF")
_LOOKS_LIKE: dict[str, str] = {}
for _pair in (*CONFUSABLE, *(pair[::-1] for pair in CONFUSABLE)):
    _LOOKS_LIKE[_pair[0]] = _LOOKS_LIKE.get(_pair[0], "") + _pair[1]


@dataclass(frozen=True, slots=True)
class Slip:
    """A code that is near to what was typed, and what is different in it, in a person's words."""

    code: str
    words: str


def likely_slips(typed: str) -> list[Slip]:
    """The codes that one slip away fit their check symbol, likeliest first; none if there are too many to choose from.

    A slip is two neighbours that changed places, a symbol for one that looks like it, or U for V.
    """
    code = read_as_code(typed)
    if len(code) != LENGTH or is_code(code):
        return []
    found: dict[str, Slip] = {}
    for slip in _near(code):
        if is_code(slip.code):
            found.setdefault(slip.code, slip)
    return list(found.values()) if len(found) <= MOST else []


def _near(code: str) -> Iterator[Slip]:
    if "U" in code:
        yield Slip(code.replace("U", "V"), "V for U")
        return
    for place, symbol in enumerate(code):
        for other in _LOOKS_LIKE.get(symbol, ""):
            yield Slip(code[:place] + other + code[place + 1 :], f"{other} for {symbol}")
    for place in range(LENGTH - 1):
        one, other = code[place], code[place + 1]
        yield Slip(code[:place] + other + one + code[place + 2 :], f"{other}{one} for {one}{other}")
