"""Conditions as sentences: how they read, and that no two that mean different things read the same."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from rules.conditions import Condition, members, phrases, sentence
from rules.operators import operators
from tests.rules.conditions.reading import plain, read

CONDITION: TypeAdapter[Any] = TypeAdapter(Condition)


def leaf(field: str = "pico.product.sku", op: str = "is", value: Any = "CM-3000") -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def said(condition: Any) -> str:
    return sentence(CONDITION.validate_python(condition))


UNTIL = "pico.state.until"
READS: list[tuple[Any, str]] = [
    (leaf(), "the SKU is “CM-3000”"),
    (leaf(op="is_not"), "the SKU is not “CM-3000”"),
    (leaf("journal.waiting", "is", value=True), "that somebody waits for an answer is true"),
    (leaf("event.data.x", "is", "true"), "event.data.x is “true”"),
    (leaf("event.data.x", "is", 1), "event.data.x is 1"),
    (leaf("event.data.x", "is", "1"), "event.data.x is “1”"),
    (leaf("event.data.x", "is", "a “b” \\ c\n\u200b"), "event.data.x is “a \\“b\\” \\\\ c\\u{a}\\u{200b}”"),
    (leaf("event.data.x is y", "is", "z"), "“event.data.x is y” is “z”"),
    (leaf(op="in", value=["A", 2, "C, D"]), "the SKU is one of “A”, 2 or “C, D”"),
    (leaf(op="in", value=["A"]), "the SKU is one of “A”"),
    (leaf(op="contains"), "the SKU contains “CM-3000”"),
    (leaf(op="prefix"), "the SKU starts with “CM-3000”"),
    (leaf(op="suffix"), "the SKU ends with “CM-3000”"),
    (leaf(op="matches", value=r"^CM-\d+"), "the SKU matches “^CM-\\\\d+”"),
    (leaf("journal.unread", "gt", 3), "the number of unread entries is more than 3"),
    (leaf("journal.unread", "gte", 3), "the number of unread entries is at least 3"),
    (leaf("journal.unread", "lt", 3), "the number of unread entries is less than 3"),
    (leaf("journal.unread", "lte", 3), "the number of unread entries is at most 3"),
    (leaf("journal.unread", "between", [1, 3]), "the number of unread entries is between 1 and 3"),
    (leaf("event.at", "gt", "2026-11-21T16:40:00Z"), "the time is more than 2026-11-21T16:40:00Z"),
    (leaf(UNTIL, "between", ["2026-11-21", "2026-11-22"]), "pico.state.until is between 2026-11-21 and 2026-11-22"),
    (leaf(UNTIL, "before", "2026-11-21"), "pico.state.until is before 2026-11-21"),
    (leaf(UNTIL, "before", {"in": "P30D"}), "pico.state.until is before 30 days from now"),
    (leaf(UNTIL, "after", {"ago": "PT90M"}), "pico.state.until is after 1 hour and 30 minutes ago"),
    (leaf("event.data.region", "region", "DE-BY"), "event.data.region is in DE-BY"),
    (leaf("pico.serial", "exists", value=True), "its serial number is known"),
    (leaf("pico.serial", "exists", value=False), "its serial number is not known"),
    (leaf("pico.state.colour", "changed", value=True), "pico.state.colour has changed"),
    (leaf("pico.state.colour", "changed", value=False), "pico.state.colour has not changed"),
    ({"cel": "has(pico.serial)"}, "the expression “has(pico.serial)” holds"),
    ({"not": leaf()}, "not (the SKU is “CM-3000”)"),
    ({"all": [leaf(), leaf(op="prefix")]}, "the SKU is “CM-3000” AND the SKU starts with “CM-3000”"),
    ({"any": [leaf(), leaf(op="prefix")]}, "(the SKU is “CM-3000” OR the SKU starts with “CM-3000”)"),
    (
        {"all": [leaf(), {"any": [leaf("pico.status", "is", "lost"), {"not": leaf("journal.unread", "gt", 3)}]}]},
        "the SKU is “CM-3000” AND (its status is “lost” OR not (the number of unread entries is more than 3))",
    ),
    (
        {"any": [leaf(), {"all": [leaf("pico.status", "is", "lost"), leaf("journal.unread", "gt", 3)]}]},
        "(the SKU is “CM-3000” OR (its status is “lost” AND the number of unread entries is more than 3))",
    ),
    ({"not": {"any": [leaf(), leaf()]}}, "not (the SKU is “CM-3000” OR the SKU is “CM-3000”)"),
    ({"not": {"all": [leaf(), leaf()]}}, "not (the SKU is “CM-3000” AND the SKU is “CM-3000”)"),
    ({"not": {"not": leaf()}}, "not (not (the SKU is “CM-3000”))"),
]


@pytest.mark.parametrize(("condition", "words"), READS, ids=[words for _, words in READS])
def test_conditions_read_as_they_are_meant(condition: Any, words: str) -> None:
    assert said(condition) == words


def test_every_operator_and_every_condition_reads() -> None:
    assert {one["op"] for one, _ in READS if "op" in one} == set(operators())
    assert {key for one, _ in READS for key in one} == {*members(), "op", "value"}


def test_no_condition_says_nothing() -> None:
    assert sentence(None) == ""
    assert phrases(None) == []


def test_what_must_all_hold_is_said_one_by_one() -> None:
    assert phrases(CONDITION.validate_python({"all": [leaf(), {"any": [leaf(), leaf()]}]})) == [
        "the SKU is “CM-3000”",
        "(the SKU is “CM-3000” OR the SKU is “CM-3000”)",
    ]


# Texts that try to read like something else.
TEXTS = st.lists(
    st.sampled_from(
        [
            *"a“”\\(), \n\u200b\u202e'",
            " AND ",
            " OR ",
            " or ",
            "is ",
            "not ",
            "“ is “",
            "” OR event.data.y is “",
            "\\u{a}",
        ]
    ),
    max_size=4,
).map("".join)
NUMBERS = st.integers(-(10**15), 10**15) | st.floats(-1e15, 1e15, allow_nan=False)
PLAIN = TEXTS | NUMBERS | st.booleans()
DAYS = st.dates().map(str)
TIMES = st.datetimes().map(lambda at: f"{at.isoformat()}Z")
DISTANCES = st.integers(1, 400 * 86_400)
FIELDS = st.sampled_from(
    ["pico.serial", "journal.unread", "event.type", "event.data.author", "pico.state.a"]
) | TEXTS.map("event.data.{}x".format)
VALUES: dict[str, Any] = {
    "is": PLAIN,
    "is_not": PLAIN,
    "in": st.lists(PLAIN, min_size=1, max_size=3),
    **dict.fromkeys(("contains", "prefix", "suffix"), TEXTS),
    "matches": st.sampled_from(["a", "“a”", "^a|b$", r"“\."]),
    **dict.fromkeys(("gt", "gte", "lt", "lte"), NUMBERS | TIMES),
    "between": st.tuples(NUMBERS, NUMBERS).map(sorted) | st.tuples(DAYS, DAYS).map(sorted),
    **dict.fromkeys(
        ("before", "after"),
        DAYS | TIMES | st.fixed_dictionaries({"ago": DISTANCES}) | st.fixed_dictionaries({"in": DISTANCES}),
    ),
    "region": st.sampled_from(["DE", "DE-BY", "AT-9"]),
    "exists": st.booleans(),
    "changed": st.booleans(),
}  # fmt: skip


def leaves_of(op: str) -> st.SearchStrategy[dict[str, Any]]:
    fields = st.just("pico.state.a") if op == "changed" else FIELDS
    return st.fixed_dictionaries({"field": fields, "op": st.just(op), "value": VALUES[op]})


LEAVES = st.sampled_from(sorted(VALUES)).flatmap(leaves_of)
EXPRESSIONS = st.sampled_from(["has(pico.serial)", "pico.serial == '“\\\\'", 'pico.serial == "” holds"']).map(
    lambda text: {"cel": text}
)
CONDITIONS = st.recursive(
    LEAVES | EXPRESSIONS,
    lambda inner: st.one_of(
        st.builds(lambda one: {"not": one}, inner),
        st.builds(lambda ones: {"all": ones}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda ones: {"any": ones}, st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=5,
)


def test_the_conditions_that_are_tried_have_every_operator() -> None:
    assert set(VALUES) == set(operators())


@settings(max_examples=300)
@given(CONDITIONS)
def test_a_sentence_says_all_that_its_condition_says(condition: Any) -> None:
    try:
        words = said(condition)
    except ValidationError as error:
        # Too deep or too many.
        assert "a condition has at most" in str(error)  # noqa: PT017
        return
    # As texts, since True == 1 == 1.0.
    assert json.dumps(read(words), sort_keys=True) == json.dumps(plain(condition), sort_keys=True)
