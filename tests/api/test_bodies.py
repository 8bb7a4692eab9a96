"""What JSON the database can keep."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.bodies import DEEPEST, storable, storable_json

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
LEAVES = st.none() | st.booleans() | NUMBERS | TEXT


def nested(depth: int, leaf: Any) -> Any:
    return leaf if depth == 0 else [nested(depth - 1, leaf)]


@given(st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=10))
def test_json_of_storable_texts_is_given_back_as_it_is(value: Any) -> None:
    assert storable_json(value) == value


@given(st.sampled_from(["\0", "\ud800", "\udfff", "a\0b", "x\udc00"]), st.integers(0, DEEPEST - 2), st.booleans())
def test_a_text_that_cannot_be_kept_is_refused_wherever_it_stands(text: str, depth: int, as_key: bool) -> None:
    with pytest.raises(ValueError, match="it has a character that cannot be kept"):
        storable_json(nested(depth, {text: 1} if as_key else [text]))


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan"), json.loads("1e999")])
def test_a_number_that_is_not_finite_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="a number is too large"):
        storable_json({"a": [number]})


def test_a_value_is_nested_so_deep_and_no_deeper() -> None:
    storable_json(nested(DEEPEST - 1, 1))
    with pytest.raises(ValueError, match="it is nested more than 20 deep"):
        storable_json(nested(DEEPEST, 1))


def test_pairs_of_surrogates_are_characters() -> None:
    assert storable(json.loads('"\\ud83d\\ude00"')) == "😀"
