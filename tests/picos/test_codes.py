"""The printed code: typed as people type, and never taken for another's."""

import re
from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from picos.codes import ALPHABET, LENGTH, CodeError, check_symbol, code_of, new_code, parse_code, spaced

NUMBERS = st.integers(0, 2**60 - 1)
CODES = NUMBERS.map(code_of)
PLACES = st.integers(0, LENGTH - 1)
SYMBOLS = st.sampled_from(ALPHABET)


def with_symbol(code: str, place: int, symbol: str) -> str:
    return code[:place] + symbol + code[place + 1 :]


@given(CODES)
def test_a_code_is_read_back_as_it_is_printed(code: str) -> None:
    assert parse_code(code) == code
    assert parse_code(spaced(code)) == code


@given(NUMBERS, NUMBERS)
def test_two_numbers_never_have_the_same_code(one: int, other: int) -> None:
    assert (code_of(one) == code_of(other)) == (one == other)


@given(CODES)
def test_a_code_has_13_symbols_and_none_that_is_taken_for_another(code: str) -> None:
    assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{13}", code)
    assert not set("ILOU") & set(code)


@given(CODES, PLACES, SYMBOLS)
def test_any_single_wrong_symbol_is_refused(code: str, place: int, symbol: str) -> None:
    assume(symbol != code[place])
    with pytest.raises(CodeError, match="One letter or figure of this code is not right."):
        parse_code(with_symbol(code, place, symbol))


def test_neighbours_that_changed_places_are_refused_nearly_always() -> None:
    caught: Counter[bool] = Counter()
    for number in range(2000):
        code = code_of(number * 575_843_009_213_693_951 % 2**60)
        for place in range(LENGTH - 1):
            if code[place] != code[place + 1]:
                swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
                caught[swapped[-1] != check_symbol(swapped[:-1])] += 1
    assert caught[True] / caught.total() > 0.99


@given(CODES, st.lists(st.tuples(st.integers(0, LENGTH), st.sampled_from("- ")), max_size=6), st.randoms())
def test_case_hyphens_spaces_and_look_alikes_do_not_matter(
    code: str, gaps: list[tuple[int, str]], chance: object
) -> None:
    look_alikes = {"1": "1IiLl", "0": "0Oo"}
    typed = "".join(chance.choice(look_alikes.get(symbol, symbol + symbol.lower())) for symbol in code)  # type: ignore[attr-defined]
    for place, gap in sorted(gaps, reverse=True):
        typed = typed[:place] + gap + typed[place:]
    assert parse_code(f" {typed}\n") == code


@given(st.text())
def test_whatever_is_typed_is_a_code_or_an_error_in_words(typed: str) -> None:
    try:
        code = parse_code(typed)
    except CodeError as error:
        assert str(error).endswith(".")  # noqa: PT017
    else:
        assert check_symbol(code[:-1]) == code[-1]


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "A code has 13 letters and figures; this has 0."),
        ("K7QM-3XNB", "A code has 13 letters and figures; this has 8."),
        ("0" * 14, "A code has 13 letters and figures; this has 14."),
        ("U" * 13, "A code has only figures and the letters A to Z without I, L, O and U."),
        ("0" * 12 + "é", "A code has only figures and the letters A to Z without I, L, O and U."),
        ("٠" * 13, "A code has only figures and the letters A to Z without I, L, O and U."),
        ("0" * 12 + "\0", "A code has only figures and the letters A to Z without I, L, O and U."),
    ],
)
def test_what_is_no_code_is_told_why(typed: str, why: str) -> None:
    with pytest.raises(CodeError) as refused:
        parse_code(typed)
    assert str(refused.value) == why


@pytest.mark.parametrize("letter", ["ı", "ſ", "İ", "０", "ⅼ"])
def test_letters_of_other_scripts_are_not_read_as_ours(letter: str) -> None:
    for code in (code_of(0), code_of(1), code_of(2**60 - 1)):
        for place in range(LENGTH):
            with pytest.raises(CodeError):
                parse_code(with_symbol(code, place, letter))


def test_the_check_symbol_is_that_of_iso_7064_mod_33_32() -> None:
    # By hand from the standard's recursion: P0 = 32; P = ((P + a) mod 32, or 32 for 0) × 2 mod 33; P + check = 1 mod 32.
    assert [check_symbol(symbols) for symbols in ("0", "1", "Z", "00", "10", "A5")] == ["2", "Z", "4", "4", "X", "G"]


def test_new_codes_use_all_symbols_at_all_places() -> None:
    codes = [new_code() for _ in range(3000)]
    assert len(set(codes)) == 3000
    for place in range(LENGTH):
        seen = Counter(code[place] for code in codes)
        assert set(seen) == set(ALPHABET)
        assert max(seen.values()) < 3 * 3000 / 32


def test_a_code_is_printed_in_groups_of_four() -> None:
    assert spaced("K7QM3XNB0FJ2H") == "K7QM-3XNB-0FJ2-H"
