"""The code that is printed: 12 random symbols of Crockford's base 32 (60 bits) and one check symbol.

Crockford's alphabet leaves out I, L, O and U. Typed codes may be in any case, with hyphens and spaces, and
with I or L for 1 and O for 0. The check symbol is ISO/IEC 7064's hybrid system over the 32 symbols
(MOD 33,32): it catches every single wrong symbol and nearly every swap of neighbours, and stays within the alphabet,
where Crockford's own (modulo 37) would need symbols that a QR code's alphanumeric mode lacks.
"""

import re
import secrets
import struct
from collections.abc import Iterator
from string import ascii_lowercase

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_SYMBOLS = 12
LENGTH = RANDOM_SYMBOLS + 1
_VALUE = {symbol: value for value, symbol in enumerate(ALPHABET)}
# Only the ASCII letters: other scripts have capitals among ours, as the Turkish dotless i.
_CAPITALS = {letter: letter.upper() for letter in ascii_lowercase}
_READ_AS = str.maketrans(_CAPITALS | dict.fromkeys("IiLl", "1") | dict.fromkeys("Oo", "0") | dict.fromkeys("- ", ""))
_WRITTEN = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}")


class CodeError(ValueError):
    """What was typed cannot be a code; the message says why, in a person's words."""


def new_code() -> str:
    """A random code from the system's generator. 60 bits: the table's unique index settles a collision."""
    return code_of(secrets.randbits(5 * RANDOM_SYMBOLS))


def new_codes(number: int) -> Iterator[str]:
    """Many of them, from one read of the system's generator."""
    for (random,) in struct.iter_unpack("=Q", secrets.token_bytes(8 * number)):
        yield code_of(random >> 64 - 5 * RANDOM_SYMBOLS)


def code_of(number: int) -> str:
    """The code of 60 bits."""
    product, symbols = 32, ""
    for shift in range(5 * (RANDOM_SYMBOLS - 2), -1, -10):
        pair = number >> shift & 1023
        symbols += _PAIRS[pair]
        product = _FOLDED[product][pair]
    return symbols + ALPHABET[(1 - product) % 32]


def check_symbol(symbols: str) -> str:
    """The check symbol of a code's first symbols, by ISO/IEC 7064 hybrid system MOD 33,32."""
    return ALPHABET[(1 - _fold(symbols)) % 32]


def parse_code(typed: str) -> str:
    """The code as printed, from what somebody typed, or the address that a scanner read. Raises CodeError."""
    code = read_as_code(without_address(typed))
    if len(code) != LENGTH:
        message = f"A code has {LENGTH} letters and figures; this has {len(code)}."
        raise CodeError(message)
    if not _WRITTEN.fullmatch(code):
        message = "A code has only figures and the letters A to Z without I, L, O and U."
        raise CodeError(message)
    if check_symbol(code[:-1]) != code[-1]:
        message = "One letter or figure of this code is not right."
        raise CodeError(message)
    return code


def is_code(text: str) -> bool:
    """Whether it is a code just as printed."""
    return _WRITTEN.fullmatch(text) is not None and check_symbol(text[:-1]) == text[-1]


def without_address(typed: str) -> str:
    """Of a code's address the code; whoever has the one has the other."""
    return typed.strip().rstrip("/").rpartition("/")[2]


def read_as_code(typed: str) -> str:
    """What was typed, or the beginning of it, in the symbols that codes have; not checked."""
    return typed.strip().translate(_READ_AS)


def spaced(code: str) -> str:
    """The code in groups, as printed beneath the square: K7QM-3XNB-0FJ2-H."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _fold(symbols: str) -> int:
    """The running product of the standard's recursion: P = ((P + a) mod 32 or 32) × 2 mod 33."""
    product = 32
    for symbol in symbols:
        product = _STEP[product][_VALUE[symbol]]
    return product


_STEP = [[((product + value) % 32 or 32) * 2 % 33 for value in range(32)] for product in range(33)]
# Two symbols at a time, as a million codes are made at once: what they read, and what they fold each product into.
_PAIRS = [one + other for one in ALPHABET for other in ALPHABET]
_FOLDED = [[after for middle in steps for after in _STEP[middle]] for steps in _STEP]
