"""What somebody probably meant who typed a code wrongly."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picos.codes import LENGTH, code_of, is_code
from picos.slips import CONFUSABLE, MOST, Slip, likely_slips

CODES = st.integers(0, 2**60 - 1).map(code_of)
CODE = "K7QM3XNB0FJ2Q"


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (CODE, []),
        ("K7QM3XN80FJ2Q", [Slip(CODE, "B for 8"), Slip("K7QMX3N80FJ2Q", "X3 for 3X")]),
        ("k7qm-3xn8-ofj2-q", [Slip(CODE, "B for 8"), Slip("K7QMX3N80FJ2Q", "X3 for 3X")]),
        ("K7QM3TNB0FJ2Q", [Slip("K7QM3TNBQFJ2Q", "Q for 0")]),
        ("U7QM3XNB0FJ2Q", []),
        ("K7QM3XNB0FJ", []),
        ("", []),
        ("U" * 13, []),
        ("K7QM3XN80FJ2Q" * 20, []),
    ],
)
def test_a_slip_is_named_with_what_is_different(typed: str, offered: list[Slip]) -> None:
    assert likely_slips(typed) == offered


def test_u_is_taken_for_v() -> None:
    code = next(code for code in map(code_of, range(10**6, 10**7)) if "V" in code)
    assert likely_slips(code.replace("V", "u")) == [Slip(code, "V for U")]


@given(st.text(max_size=20) | CODES | st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=LENGTH, max_size=LENGTH))
def test_what_is_offered_is_always_a_code_and_never_many(typed: str) -> None:
    offered = likely_slips(typed)
    assert len(offered) <= MOST
    assert all(is_code(slip.code) for slip in offered)


def test_neighbours_that_changed_places_are_found_nearly_always() -> None:
    found: Counter[bool] = Counter()
    for number in range(300):
        code = code_of(number * 575_843_009_213_693_951 % 2**60)
        for place in range(LENGTH - 1):
            typed = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
            if not is_code(typed):
                found[code in {slip.code for slip in likely_slips(typed)}] += 1
    assert found[True] / found.total() > 0.95


@pytest.mark.parametrize("pair", CONFUSABLE)
def test_look_alikes_are_found_both_ways(pair: str) -> None:
    for meant, typed in ((pair[0], pair[1]), (pair[1], pair[0])):
        codes = (code for code in map(code_of, range(10**9, 10**9 + 5000)) if meant in code)
        offered = [likely_slips(code.replace(meant, typed, 1)) for code, _ in zip(codes, range(50), strict=False)]
        assert any(slip.words == f"{meant} for {typed}" for slips in offered for slip in slips)
