"""Global Trade Item Numbers: GS1 General Specifications section 3.3, check digit section 7.9."""

LENGTHS = (8, 12, 13, 14)


def parse_gtin(typed: str) -> str:
    """The GTIN as 14 digits. Raises ValueError, in a person's words, for a wrong length or check digit."""
    digits = typed.strip().replace(" ", "")
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in LENGTHS:
        message = "A GTIN has 8, 12, 13 or 14 digits."
        raise ValueError(message)
    if check_digit(digits[:-1]) != int(digits[-1]):
        message = "The last digit of this GTIN does not fit the others."
        raise ValueError(message)
    return digits.zfill(14)


def check_digit(digits: str) -> int:
    """The check digit of a GTIN without one: weights 3, 1, 3, … from the right."""
    return -sum(int(digit) * (3 - 2 * (place % 2)) for place, digit in enumerate(reversed(digits))) % 10
