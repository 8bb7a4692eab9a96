"""The attributes that a GS1 Digital Link may carry in its query: GS1 General Specifications, section 3.

An application identifier is here when it may stand beside a GTIN and does not belong in the path.
"""

import re
from functools import lru_cache
from typing import Final

from picos.gtins import check_digit

# The 82 characters of section 7.11, figure 7.11-1, and the 39 of figure 7.11-2.
CHARACTER: Final = r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]"
_CPID = r"[#\-/0-9A-Z]"
_BASE64 = "[A-Za-z0-9_-]"
_DATE = r"\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])"
_TIME = r"(?:[01]\d|2[0-3])[0-5]\d"
_COUNTRY = r"\d{3}"


def _text(longest: int) -> str:
    return f"{CHARACTER}{{1,{longest}}}"


# Identifiers by the format of their values. In identifiers and formats \d is a figure 0 to 9.
_FORMATS: Final = {
    _DATE: r"1[1-3567]|4326|7006",
    _DATE + _TIME: "4324|4325|7003",
    f"{_DATE}(?:{_TIME})?": "7011",
    f"{_DATE}(?:{_DATE})?": "7007",
    rf"{_DATE}(?:[01]\d|2[0-3])(?:[0-5]\d){{0,2}}": "8008",
    r"\d\d(?:\d\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])": "7250",
    rf"\d{{4}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]){_TIME}": "7251",
    r"\d{2}": "20|7241",
    r"\d{4}": r"394[0-3]|8111",
    r"\d{6}": r"31[0-6][0-5]|3[24][0-9][0-5]|33[0-7][0-5]|35[0-7][0-5]|36\d[0-5]|395[0-5]|8005",
    r"\d{6}-?": r"433[0-3]",
    r"\d{1,4}": "7004",
    r"\d{1,6}": "242",
    r"\d{1,8}": "30|37",
    r"\d{1,15}": r"39[02]\d",
    rf"{_COUNTRY}\d{{1,15}}": r"39[13]\d",
    r"\d{13}": r"41[0-7]|7001",
    r"\d{13}\d{0,12}": "255",
    rf"\d{{13}}{CHARACTER}{{0,17}}": "253",
    r"\d{14}": "02|03",
    r"\d{17}": "402",
    r"\d{18}": "00|8006|8017|8018|8026",
    rf"0\d{{13}}{CHARACTER}{{0,16}}": "8003",
    r"\d{12}[0-29]\d": "8001",
    r"\d{20}": "4309",
    "[01]": "432[1-3]",
    "[0129]": "7252",
    "[A-Z]{2}": "4307|4317",
    _COUNTRY: "422|424|426",
    f"(?:{_COUNTRY}){{1,5}}": "423|425",
    _COUNTRY + _text(9): "421",
    _COUNTRY + _text(27): r"703\d",
    rf"{CHARACTER}{{3,30}}": r"723\d",
    r"\d/\d": "7258",
    f"{_CPID}{{1,30}}": "8010",
    f"{_BASE64}{{1,90}}": "8030",
    _text(2): "7010",
    _text(3): "427|7008",
    _text(10): "7009|7255",
    _text(12): "7005",
    _text(20): r"243|420|4318|702[0-2]|71[0-7]|7240|8002|8012",
    _text(25): "7242|8013",
    _text(30): "24[01]|25[01]|40[013]|4308|4319|7002|7023|8004|90",
    _text(34): "8007",
    _text(35): "430[01]|431[01]|4320",
    _text(40): "725[349]",
    _text(50): "8009",
    _text(70): "430[2-6]|431[2-6]|7257|8110|8112",
    _text(90): r"7256|9[1-9]",
}
_KNOWN: Final = [(re.compile(keys, re.ASCII), re.compile(value, re.ASCII)) for value, keys in _FORMATS.items()]
# Where the digits with a check digit begin and end.
_CHECKED: Final = {
    **dict.fromkeys(("02", "03", "8006", "8026"), (0, 14)),
    **dict.fromkeys(("00", "8017", "8018"), (0, 18)),
    **dict.fromkeys(("253", "255", *(f"41{last}" for last in range(8))), (0, 13)),
    "402": (0, 17),
    "8003": (1, 14),
}


class AttributeValueError(ValueError):
    """An application identifier that is none, or not in its place, or its value is not in its format."""


def check_attribute(identifier: str, value: str) -> None:
    """Raises AttributeValueError, in a person's words."""
    pattern = _format_of(identifier[:5]) if identifier.isascii() else None
    if pattern is None:
        message = f"“{identifier[:40]}” has no place in the query of a GTIN."
        raise AttributeValueError(message)
    if not pattern.fullmatch(value):
        message = f"The value of {identifier} is not in its format."
        raise AttributeValueError(message)
    if identifier in _CHECKED:
        begin, end = _CHECKED[identifier]
        if check_digit(value[begin : end - 1]) != int(value[end - 1]):
            message = f"The check digit of {identifier} does not fit."
            raise AttributeValueError(message)


# Strangers choose what is asked for.
@lru_cache(maxsize=1024)
def _format_of(identifier: str) -> "re.Pattern[str] | None":
    return next((value for keys, value in _KNOWN if keys.fullmatch(identifier)), None)
