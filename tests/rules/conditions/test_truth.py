"""Evaluating conditions: three truths (true, false, missing), and the laws that they keep."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from picos.models import Event
from rules.conditions import Condition, evaluate
from rules.engine.moment import Moment
from rules.language.definition import Definition
from rules.models import Rule
from tests.rules.moments import a_meeting

Truth = bool | None
# event.data of every moment here: a leaf about `yes` is true, about `no` false, about anything else missing.
DATA = {"yes": 1, "no": 0}
TRUE, FALSE, MISSING = ({"field": f"event.data.{name}", "op": "is", "value": 1} for name in ("yes", "no", "gone"))
LEAF_OF: dict[Truth, dict[str, Any]] = {True: TRUE, False: FALSE, None: MISSING}
TRUTHS = (True, False, None)


def a_moment(**data: Any) -> Moment:
    return a_meeting(Event(type="pico.scanned", data=DATA | data), Rule())


def condition(raw: Any) -> Condition | None:
    then = [{"do": "notify_owner", "text": "Hello"}]
    return Definition.model_validate({"name": "A", "when": {"event": "pico.scanned"}, "if": raw, "then": then}).if_


def truth(raw: Any) -> Truth:
    return evaluate(condition(raw), a_moment())[0]


def test_no_condition_is_true_without_a_look() -> None:
    assert evaluate(None, a_moment()) == (True, [])


@pytest.mark.parametrize("is_true", TRUTHS)
def test_a_leaf_is_true_false_or_missing(is_true: Truth) -> None:
    assert truth(LEAF_OF[is_true]) is is_true


@pytest.mark.parametrize(("inner", "outer"), [(True, False), (False, True), (None, None)])
def test_not_turns_true_and_false_and_leaves_missing(inner: Truth, outer: Truth) -> None:
    assert truth({"not": LEAF_OF[inner]}) is outer


@pytest.mark.parametrize("inner", list(product(TRUTHS, repeat=2)) + list(product(TRUTHS, repeat=3)))
def test_all_and_any_are_kleene_s(inner: tuple[Truth, ...]) -> None:
    # As numbers: false 0, missing 1, true 2; all is the least and any the greatest of them.
    number = {False: 0, None: 1, True: 2}
    numbers = [number[one] for one in inner]
    leaves = [LEAF_OF[one] for one in inner]

    assert number[truth({"all": leaves})] == min(numbers)
    assert number[truth({"any": leaves})] == max(numbers)


CONDITIONS = st.recursive(
    st.sampled_from([TRUE, FALSE, MISSING]),
    lambda inner: st.one_of(
        st.builds(lambda one: {"not": one}, inner),
        st.builds(lambda ones: {"all": ones}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda ones: {"any": ones}, st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=6,
).filter(lambda raw: depth_of(raw) <= 3)


def depth_of(raw: Any) -> int:
    if "field" in raw:
        return 1
    (inner,) = raw.values()
    return 1 + (depth_of(inner) if isinstance(inner, dict) else max(map(depth_of, inner)))


@settings(max_examples=60)
@given(CONDITIONS)
def test_not_not_x_is_x(raw: Any) -> None:
    assert truth({"not": {"not": raw}}) is truth(raw)


@settings(max_examples=60)
@given(CONDITIONS, CONDITIONS)
def test_de_morgan_holds_with_missing_too(left: Any, right: Any) -> None:
    assert truth({"not": {"all": [left, right]}}) is truth({"any": [{"not": left}, {"not": right}]})


@settings(max_examples=60)
@given(CONDITIONS, CONDITIONS)
def test_the_order_of_conditions_makes_no_difference(left: Any, right: Any) -> None:
    for word in ("all", "any"):
        assert truth({word: [left, right]}) is truth({word: [right, left]})


@settings(max_examples=60)
@given(CONDITIONS)
def test_what_is_missing_alone_makes_no_rule_fire(raw: Any) -> None:
    everything_is_missing = a_meeting(Event(type="pico.scanned", data={}), Rule())

    assert evaluate(condition(raw), everything_is_missing)[0] is None


def test_each_leaf_is_kept_with_what_it_saw() -> None:
    moment = a_moment(text="a" * 300, list=["a"], number=1.5, flag=False)
    names = ("text", "list", "number", "flag", "gone")
    leaves = [{"field": f"event.data.{name}", "op": "is", "value": "a"} for name in names]

    holds, trace = evaluate(
        condition({"any": [*leaves, {"field": "event.type", "op": "prefix", "value": "pico."}]}), moment
    )

    assert holds is True
    assert [line["seen"] for line in trace] == ["a" * 200, "['a']", 1.5, False, None, "pico.scanned"]
    assert [line["result"] for line in trace] == [False, False, False, False, None, True]
    assert trace[-1] == {
        "field": "event.type",
        "op": "prefix",
        "value": "pico.",
        "seen": "pico.scanned",
        "result": True,
    }
