"""Global Trade Item Numbers."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from picos.gtins import LENGTHS, check_digit, parse_gtin

DIGITS = st.sampled_from(LENGTHS).flatmap(
    lambda length: st.text("0123456789", min_size=length - 1, max_size=length - 1)
)
GTINS = DIGITS.map(lambda digits: digits + str(check_digit(digits)))


@given(GTINS)
def test_a_gtin_of_any_length_is_kept_with_14_digits(gtin: str) -> None:
    assert parse_gtin(gtin) == gtin.zfill(14)
    assert parse_gtin(parse_gtin(gtin)) == parse_gtin(gtin)


@given(GTINS, st.integers(0, 7), st.sampled_from("0123456789"))
def test_any_single_wrong_digit_is_refused(gtin: str, place: int, digit: str) -> None:
    assume(gtin[place] != digit)
    with pytest.raises(ValueError, match="The last digit of this GTIN does not fit the others."):
        parse_gtin(gtin[:place] + digit + gtin[place + 1 :])


@pytest.mark.parametrize(
    "gtin",
    # GS1's own examples: GTIN-8, UPC-A, EAN-13, and the GTIN-14 of GS1 Digital Link.
    ["96385074", "614141999996", "4006381333931", "09506000134352", " 4006381 333931 "],
)
def test_gtins_that_are_in_use_are_taken(gtin: str) -> None:
    assert parse_gtin(gtin) == gtin.replace(" ", "").zfill(14)


@given(st.text(max_size=20))
def test_what_is_no_gtin_is_told_in_words(typed: str) -> None:
    assume(not typed.replace(" ", "").isdigit())
    with pytest.raises(ValueError, match="A GTIN has 8, 12, 13 or 14 digits."):
        parse_gtin(typed)


@pytest.mark.parametrize("typed", ["", "1", "0" * 9, "0" * 15, "٤٠٠٦٣٨١٣٣٣٩٣١", "4006381-333931", "²" * 8])
def test_a_wrong_length_or_other_digits_are_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="A GTIN has 8, 12, 13 or 14 digits."):
        parse_gtin(typed)
