"""The rule language: what it takes, what it refuses and where, and that no JSON whatever does anything else."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from api.problems import errors_of
from picos.codes import code_of, spaced
from rules.language.definition import Definition
from rules.triggers import types
from rules.writing import parse_definition

LEAF = {"field": "pico.code", "op": "is", "value": "A"}
ACTION = {"do": "notify_owner", "text": "Hello"}
SOUND = {"name": "A rule", "when": {"event": "pico.scanned"}, "then": [ACTION]}


def errors(**parts: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught:
        parse_definition(SOUND | parts)
    return errors_of(caught.value)


def nested(depth: int, *, by: str = "not") -> Any:
    condition: Any = LEAF
    for _ in range(depth - 1):
        condition = {by: condition if by == "not" else [condition]}
    return condition


def test_a_definition_comes_back_as_it_was_written() -> None:
    raw = SOUND | {
        "on": {"picos": [code_of(7)]},
        "when": {"any": [{"event": "pico.scanned"}, {"event": "pico.lost"}]},
        "if": {"all": [LEAF, {"any": [{"not": LEAF}, {"field": "event.data.a.b", "op": "exists", "value": False}]}]},
    }

    assert parse_definition(raw).as_json() == raw
    assert parse_definition(parse_definition(raw).as_json()) == parse_definition(raw)


def test_what_is_left_out_stays_left_out() -> None:
    definition = parse_definition(SOUND)

    assert definition.as_json() == SOUND
    assert definition.on.everything
    assert definition.if_ is None


def test_a_type_named_twice_starts_the_rule_once() -> None:
    twice = {"any": [{"event": "pico.lost"}, {"event": "pico.scanned"}, {"event": "pico.lost"}]}

    assert types(parse_definition(SOUND | {"when": twice}).when) == ["pico.lost", "pico.scanned"]


@pytest.mark.parametrize(
    "typed", [code_of(7), code_of(7).lower(), spaced(code_of(7)), f" {spaced(code_of(7)).lower()} "]
)
def test_a_code_is_kept_as_printed_however_it_was_typed(typed: str) -> None:
    assert parse_definition(SOUND | {"on": {"picos": [typed]}}).on.picos == [code_of(7)]


@pytest.mark.parametrize(
    ("parts", "place", "message"),
    [
        ({"whne": 1}, "whne", "There is no such field."),
        ({"name": ""}, "name", "Write at least 1 character."),
        ({"name": "a" * 101}, "name", "Write at most 100 characters."),
        ({"when": {}}, "when.event", "This is missing."),
        ({"when": []}, "when", "Send an object."),
        ({"when": {"event": "pico.eaten"}}, "when.event", "there is no event type 'pico.eaten'"),
        ({"when": {"event": 7}}, "when.event", "Send a text."),
        ({"when": {"any": []}}, "when.any", "Name at least 1."),
        ({"when": {"any": [{"event": "pico.eaten"}]}}, "when.any.0.event", "there is no event type 'pico.eaten'"),
        ({"on": {"picos": []}}, "on.picos", "name at least one, or leave this out"),
        ({"on": {"products": []}}, "on.products", "name at least one, or leave this out"),
        ({"on": {"picos": ["K7"]}}, "on.picos.0", "A code has 13 letters and figures; this has 2."),
        ({"on": {"products": ["K7"]}}, "on.products.0", None),
        ({"on": {"companies": []}}, "on.companies", "There is no such field."),
        ({"if": {}}, "if.field", "This is missing."),
        ({"if": {"field": "pico.colour", "op": "is", "value": 1}}, "if.field", "there is no field 'pico.colour'"),
        ({"if": LEAF | {"op": "="}}, "if.op", None),
        (
            {"if": LEAF | {"value": None}},
            "if.value",
            "'is' cannot compare with this value; it takes a text, a number, true or false",
        ),
        ({"if": LEAF | {"unit": "kg"}}, "if.unit", "There is no such field."),
        ({"if": {"all": [LEAF], "field": "pico.code"}}, "if.field", "There is no such field."),
        ({"if": {"all": []}}, "if.all", "Name at least 1."),
        ({"if": {"all": [LEAF], "any": [LEAF]}}, "if.any", "There is no such field."),
        ({"if": {"not": [LEAF]}}, "if.not", "Send an object."),
        ({"if": {"all": [LEAF, {"any": [LEAF | {"op": "="}]}]}}, "if.all.1.any.0.op", None),
        ({"if": {"not": {"any": [{"not": LEAF | {"value": []}}]}}}, "if.not.any.0.not.value", None),
        ({"if": nested(6)}, "if", "a condition has at most 50 comparisons, 5 deep"),
        ({"if": nested(6, by="all")}, "if", "a condition has at most 50 comparisons, 5 deep"),
        ({"if": {"all": [{"any": [LEAF] * 17}] * 3}}, "if", "a condition has at most 50 comparisons, 5 deep"),
        ({"if": {"all": [LEAF] * 51}}, "if", "a condition has at most 50 comparisons, 5 deep"),
        ({"then": []}, "then", "Name at least 1."),
        ({"then": [ACTION] * 11}, "then", None),
        ({"then": ["notify_owner"]}, "then.0", "Send an object."),
        ({"name": "nul\0"}, "body", "it has a character that cannot be kept"),
        ({"if": LEAF | {"value": "\ud800"}}, "body", "it has a character that cannot be kept"),
        ({"if": LEAF | {"value": float("inf")}}, "body", "a number is too large"),
        ({"then": [ACTION | {"deep": [[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}]}, "body", None),
    ],
)
def test_an_error_points_at_the_place_and_at_no_other(parts: dict[str, Any], place: str, message: str | None) -> None:
    found = errors(**parts)

    assert place in found
    assert message is None or found[place] == [message]
    # A leaf that lacks its field may lack its operator too; nothing else is said twice.
    assert set(found) <= {place, "if.op", "if.field"}


@pytest.mark.parametrize("depth", [1, 5])
def test_conditions_up_to_the_bounds_are_taken(depth: int) -> None:
    for condition in (nested(depth), nested(depth, by="all"), {"all": [{"any": [LEAF] * 25}] * 2}):
        assert parse_definition(SOUND | {"if": condition}).as_json()["if"] == condition


def test_thousands_of_conditions_are_refused_in_a_moment() -> None:
    wide: Any = LEAF
    for _ in range(5):
        wide = {"all": [wide] * 5}
    begin = time.process_time()

    assert errors(**{"if": wide}) == {"if": ["a condition has at most 50 comparisons, 5 deep"]}
    assert time.process_time() - begin < 2


# Anything that JSON can say, often with the language's own words in it.
WORDS = st.sampled_from(
    (
        *("name", "on", "when", "if", "then", "any", "all", "not", "field", "op", "value", "event", "do", "text"),
        *("products", "picos", "batches", "pico.scanned", "pico.code", "journal.unread", "is", "in", "gt", "exists"),
        *("notify_owner", "", "é", "\0", "\ud800"),
    )
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=5)
ANY_JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=5), max_leaves=30
)
LEAVES = st.fixed_dictionaries(
    {
        "field": st.sampled_from(["pico.code", "event.data.x", "journal.unread", "nope"]),
        "op": st.sampled_from(["is", "in", "gt", "contains", "exists", "="]),
        "value": SCALARS | st.lists(SCALARS, max_size=3),
    }
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda one: {"not": one}, inner),
        st.builds(lambda ones: {"all": ones}, st.lists(inner, max_size=4)),
        st.builds(lambda ones: {"any": ones}, st.lists(inner, max_size=4)),
    ),
    max_leaves=12,
)


@settings(max_examples=50)
@given(ANY_JSON)
def test_any_json_is_a_definition_or_a_validation_error(raw: Any) -> None:
    _definition_or_error(raw)


@settings(max_examples=50)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys((*SOUND, "on", "if"), ANY_JSON)))
def test_so_is_a_definition_with_any_json_in_its_places(parts: dict[str, Any]) -> None:
    _definition_or_error(SOUND | parts)


@settings(max_examples=50)
@given(CONDITIONS)
def test_so_is_a_definition_with_any_condition(condition: Any) -> None:
    _definition_or_error(SOUND | {"if": condition})


def _definition_or_error(raw: Any) -> None:
    try:
        definition = Definition.model_validate(raw)
    except ValidationError:
        return
    assert Definition.model_validate(definition.as_json()) == definition
