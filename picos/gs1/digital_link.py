"""Reading a GS1 Digital Link URI: GS1 Digital Link Standard, URI Syntax 1.6, sections 4.1 to 4.12, for GTINs.

    /01/{gtin}[/22/{variant}][/10/{lot}][/21/{serial}]      /01/{gtin}/235/{a third party's serial}

Strict: 14 digits with the right check digit; qualifiers in this order, each once; values of GS1's 82 characters.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote

from picos.gs1.attributes import CHARACTER, AttributeValueError, check_attribute
from picos.gtins import check_digit

PREFIX: Final = "/01/"
# Application identifiers of a GTIN's qualifiers, in the order of a path, and the length of their values.
VARIANT, LOT, SERIAL, THIRD_PARTY = "22", "10", "21", "235"
QUALIFIERS: Final = {VARIANT: 20, LOT: 20, SERIAL: 20, THIRD_PARTY: 28}
# Far above what a valid one has: all qualifiers, each character percent-encoded.
LONGEST: Final = 400

_GTIN = re.compile("[0-9]{14}")
_VALUE = re.compile(f"{CHARACTER}+")
_BROKEN = re.compile("%(?![0-9A-Fa-f]{2})")
_BETWEEN = re.compile("[&;]")
# Servers hand paths on decoded, in which a slash of a value (%2F) is like any other.
_WITH_SLASHES = re.compile(r"(?:/22/(.+?))?(?:/10/(.+?))?(?:/21/(.+?))?", re.DOTALL)


class DigitalLinkError(ValueError):
    """What was asked for is no valid GS1 Digital Link URI: a 400. The message says why, in a person's words."""


@dataclass(frozen=True, slots=True)
class DigitalLink:
    """What an address names: a product by its GTIN, perhaps one variant, lot or copy of it; empty where it does not."""

    gtin: str
    variant: str = ""
    lot: str = ""
    serial: str = ""
    third_party: str = ""
    # Slashes were read as parts of values. It is valid only if there is such a lot or serial.
    is_guess: bool = False

    @property
    def path(self) -> str:
        """The same in canonical form (section 4.12): in order, percent-encoded, no slash at the end."""
        values = zip(QUALIFIERS, (self.variant, self.lot, self.serial, self.third_party), strict=True)
        return f"{PREFIX}{self.gtin}" + "".join(f"/{ai}/{quote(value, safe='')}" for ai, value in values if value)


def is_value(ai: str, value: str) -> bool:
    """Whether it can be the value of this qualifier."""
    return _VALUE.fullmatch(value) is not None and len(value) <= QUALIFIERS[ai]


def parse_path(path: str) -> DigitalLink:
    """What a path names, percent-decoded as WSGI has it. Raises DigitalLinkError."""
    if len(path) > LONGEST or not path.startswith(PREFIX):
        raise DigitalLinkError("This is no GS1 Digital Link of a product.")
    gtin, slash, rest = path.removeprefix(PREFIX).removesuffix("/").partition("/")
    _check_gtin(gtin)
    parts = rest.split("/") if slash else []
    try:
        _check_order(parts)
    except DigitalLinkError:
        if (guess := _WITH_SLASHES.fullmatch(f"/{rest}")) is None:
            raise
        values = {ai: value for ai, value in zip(QUALIFIERS, guess.groups(), strict=False) if value}
        return _named(gtin, values, is_guess=True)
    return _named(gtin, dict(zip(parts[::2], parts[1::2], strict=True)))


def parse_query(query: str) -> str:
    """The link type that a query asks for, as it stands there; empty when it asks for none.

    Its keys of nothing but 0 to 9 are application identifiers, and must be attributes with values in their format, each
    once (sections 4.10 and 4.10.1); other keys are anybody's. Raises DigitalLinkError.
    """
    seen: dict[str, str] = {}
    for part in _BETWEEN.split(query) if query else ():
        key, _, value = part.partition("=")
        key = unquote(key)
        is_attribute = key.isascii() and key.isdigit()
        if not is_attribute and key != "linkType":
            continue
        if key in seen:
            message = f"“{key[:40]}” is there twice."
            raise DigitalLinkError(message)
        seen[key] = _decoded(value)
        if is_attribute:
            try:
                check_attribute(key, seen[key])
            except AttributeValueError as error:
                raise DigitalLinkError(str(error)) from error
    return seen.get("linkType", "")


def _check_gtin(gtin: str) -> None:
    if not _GTIN.fullmatch(gtin):
        raise DigitalLinkError("A GTIN in a GS1 Digital Link has 14 digits; shorter ones have zeros before them.")
    if check_digit(gtin[:-1]) != int(gtin[-1]):
        raise DigitalLinkError("The last digit of this GTIN does not fit the others.")


def _check_order(parts: list[str]) -> None:
    keys = parts[::2]
    if unknown := next((key for key in keys if key not in QUALIFIERS), None):
        message = f"“{unknown[:40]}” does not qualify a GTIN."
        raise DigitalLinkError(message)
    if THIRD_PARTY in keys and len(keys) > 1:
        raise DigitalLinkError("235 stands alone.")
    if keys != [key for key in QUALIFIERS if key in keys]:
        raise DigitalLinkError("A variant (22) comes before a lot (10), a lot before a serial (21), and each once.")
    if len(parts) % 2:
        message = f"There is no value after {keys[-1]}."
        raise DigitalLinkError(message)


def _named(gtin: str, values: dict[str, str], *, is_guess: bool = False) -> DigitalLink:
    for ai, value in values.items():
        if not is_value(ai, value):
            message = f"A value of {ai} has 1 to {QUALIFIERS[ai]} of the characters that GS1 allows."
            raise DigitalLinkError(message)
    variant, lot, serial, third_party = (values.get(ai, "") for ai in QUALIFIERS)
    return DigitalLink(gtin, variant, lot, serial, third_party, is_guess)


def _decoded(value: str) -> str:
    if _BROKEN.search(value):
        raise DigitalLinkError("A % is followed by two hexadecimal digits.")
    return unquote(value)
