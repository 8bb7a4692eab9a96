"""What each operator takes: everything else is refused when the rule is written, with what would do."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.operators import check_value, operators

NUMBER_OR_TIME = "a number, or a time such as 2026-11-21T16:40:00Z"
PLAIN = "a text, a number, true or false"
PATTERN = "a pattern as RE2 has it, of at most 200 characters"
TWO = "a list of two numbers, or of two dates or times, the lower one first"
PLACE = "a country or a part of one (ISO 3166), such as DE or DE-BY"
A_TIME = 'a date, a time such as 2026-11-21T16:40:00Z, or {"ago": "PT2H"} or {"in": "P30D"}, counted from the event'
SEVERAL = "a list of 1 to 100 texts, numbers, true or false"


@pytest.mark.parametrize(
    ("op", "value", "why", "takes"),
    [
        ("is", [], "", PLAIN),
        ("is", {}, "", PLAIN),
        ("is", None, "", PLAIN),
        ("is", "a" * 501, "", PLAIN),
        ("is", 10**400, "", PLAIN),
        ("is", 1.1e15, "", PLAIN),
        ("is", float("nan"), "", PLAIN),
        ("is_not", None, "", PLAIN),
        ("in", "a", "", SEVERAL),
        ("in", [], "", SEVERAL),
        ("in", [None], "", SEVERAL),
        ("in", [["a"]], "", SEVERAL),
        ("in", ["a"] * 101, "", SEVERAL),
        ("in", ["a" * 501], "", SEVERAL),
        ("contains", 1, "", "a text"),
        ("contains", ["a"], "", "a text"),
        ("prefix", True, "", "a text"),
        ("suffix", None, "", "a text"),
        ("matches", 1, "", PATTERN),
        ("matches", "", "", PATTERN),
        ("matches", "a" * 201, "", PATTERN),
        ("matches", "[a", " (missing ]: [a)", PATTERN),
        ("matches", "a(?=b)", " (invalid perl operator: (?=)", PATTERN),
        ("matches", r"(a)\1", r" (invalid escape sequence: \1)", PATTERN),
        ("matches", "(a{100}){100}", " (invalid repetition size: {100})", PATTERN),
        ("matches", r"\w{600}", " (the pattern is too large)", PATTERN),
        ("matches", r"\pL{800}", " (pattern too large - compile failed)", PATTERN),
        ("gt", "soon", " (it is no time with a zone)", NUMBER_OR_TIME),
        ("gt", "2026-11-21", " (it is no time with a zone)", NUMBER_OR_TIME),
        ("gte", "2026-11-21T16:40:00", " (it is no time with a zone)", NUMBER_OR_TIME),
        ("lt", True, "", NUMBER_OR_TIME),
        ("lte", [1], "", NUMBER_OR_TIME),
        ("between", 1, "", TWO),
        ("between", [1], "", TWO),
        ("between", [1, 2, 3], "", TWO),
        ("between", [2, 1], " (the lower one comes first)", TWO),
        ("between", ["2026-11-22", "2026-11-21"], " (the lower one comes first)", TWO),
        ("between", [1, "2026-11-21"], "", TWO),
        ("between", [True, False], "", TWO),
        ("before", "soon", " (it is no date and no time with a zone)", A_TIME),
        ("before", "2026-02-30", " (it is no date and no time with a zone)", A_TIME),
        ("before", 5, "", A_TIME),
        ("before", {"ago": "soon"}, ' (a duration is written like "PT2M", "PT48H" or "P30D", or as a number of seconds)', A_TIME),
        ("before", {"ago": "PT2H", "in": "PT2H"}, "", A_TIME),
        ("after", {"ago": "P401D"}, " (a duration is longer than nothing and at most 400 days)", A_TIME),
        ("after", {}, "", A_TIME),
        ("after", [], "", A_TIME),
        ("region", "de", "", PLACE),
        ("region", "DE-", "", PLACE),
        ("region", "DE-BY\n", "", PLACE),
        ("region", ["DE"], "", PLACE),
        ("exists", 1, "", "true or false"),
        ("exists", None, "", "true or false"),
        ("exists", "yes", "", "true or false"),
        ("changed", 1, "", "true or false"),
    ],
)  # fmt: skip
def test_what_an_operator_could_never_compare_with_is_refused(op: str, value: Any, why: str, takes: str) -> None:
    with pytest.raises(ValueError, match="cannot compare") as caught:
        check_value(op, value)

    assert str(caught.value) == f"{op!r} cannot compare with this value{why}; it takes {takes}"


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.sampled_from(["PT2H", "P1D"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["ago", "in", "x"]), inner, max_size=2),
    max_leaves=5,
)


@given(st.sampled_from(sorted(operators())), ANY_JSON, ANY_JSON)
def test_any_json_is_refused_or_compared(name: str, value: Any, seen: Any) -> None:
    try:
        check_value(name, value)
    except ValueError:
        return
    test = operators()[name].compiled("pico.state.colour", value)

    assert test(seen, lambda _: seen) in {True, False, None}
    assert operators()[name].sentence(value)


def test_a_hostile_pattern_takes_no_time() -> None:
    test = operators()["matches"].compiled("pico.serial", "(a+)+$")

    # A pattern that goes back and tries again would need 2^5000 steps.
    assert test("a" * 5000 + "b", lambda _: None) is False
