"""Conditions as CEL: which are taken, and what they say of what they see."""

import datetime as dt
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from api.problems import errors_of
from rules.conditions import Condition, compiled
from rules.language.expressions import FUNCTIONS, METHODS, compile_expression
from rules.language.fields import MISSING
from rules.traces import Trace

Truth = bool | None
VALUES: dict[str, Any] = {
    "event.at": dt.datetime(2026, 11, 21, 16, 40, 7, 250_000, tzinfo=dt.UTC),
    "event.data.amount": 120,
    "event.data.share": 0.5,
    "event.data.kind": "refund",
    "event.data.urgent": True,
    "event.data.tags": ["sole", "heel"],
    "event.data.lines": [{"sku": "CM-3000", "two words": 2}],
    "event.data.a-b": 1,
    "pico.state.a.b": 2,
    "pico.state.until": "2026-12-31T00:00:00Z",
}
CONDITION: TypeAdapter[Any] = TypeAdapter(Condition)
NO_CALL = "cannot be called in it; there are "


def look(text: str) -> tuple[Truth, Trace]:
    return compiled(CONDITION.validate_python({"cel": text}))(lambda name: VALUES.get(name, MISSING))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("event.data.amount > 100", True),
        ("event.data.amount > 100 && event.data.kind == 'refund'", True),
        ("event.data.amount * 2 == 240 ? event.data.urgent : false", True),
        ("event.data.amount in [1, 120]", True),
        ("event.data.share > 1", False),
        ("event.data.share < 1", True),
        ('event.data.kind != "refund"', False),
        ("!event.data.urgent", False),
        ("'sole' in event.data.tags", True),
        ("event.data.tags[1] == 'heel'", True),
        ("event.data.lines[0].sku == 'CM-3000'", True),
        ("event.data.lines[0]['two words'] == 2", True),
        ("event.data['a-b'] == 1", True),
        ("pico.state['a.b'] == 2", True),
        ("pico.state.a.b == 2", True),
        ("event.data.kind == 'event.data.gone'", False),
        ("event.at < timestamp(pico.state.until) - duration('24h')", True),
        # What is missing, of another type, or fails.
        ("event.data.gone == 1", None),
        ("event.data.gone != 1", None),
        ("!(event.data.gone == 1)", None),
        ("event.data.gone == null", None),
        ("event.data.gone in [1]", None),
        ("event.data.gone ? true : true", None),
        ("event.data.kind > 1", None),
        ("event.data.kind + 1 == 2", None),
        ("event.data.amount", None),
        ("event.data.kind", None),
        ("event.data.amount / 0 == 1", None),
        ("event.data.amount + 9223372036854775807 > 0", None),
        ("event.data.tags[7] == 'heel'", None),
        ("int(event.data.kind) == 1", None),
        # Where one side decides, the other does not matter.
        ("event.data.gone == 1 || event.data.urgent", True),
        ("event.data.urgent || event.data.gone == 1", True),
        ("event.data.gone == 1 || !event.data.urgent", None),
        ("event.data.gone == 1 && !event.data.urgent", False),
        ("event.data.gone == 1 && event.data.urgent", None),
        # The one way to ask for what is not there.
        ("has(event.data.gone)", False),
        ("has(event.data.kind)", True),
        ("!has(event.data.gone) || event.data.gone > 1", True),
        ("has(event.data.amount) && event.data.amount > 100", True),
    ],
)  # fmt: skip
def test_an_expression_is_true_false_or_missing(text: str, expected: Truth) -> None:
    assert look(text)[0] is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("double('1.5') == 1.5", True),
        ("duration('2h') > duration('119m')", True),
        ("int('12') == 12", True),
        ("size('four') == 4", True),
        ("string(12) == '12'", True),
        ("timestamp('2026-01-01T00:00:00Z') < event.at", True),
        ("uint(12) == 12u", True),
        ("'four'.contains('ou')", True),
        ("'four'.endsWith('ur')", True),
        ("'four'.size() == 4", True),
        ("'four'.startsWith('fo')", True),
        ("event.at.getDate() == 21", True),
        ("event.at.getDayOfMonth() == 20", True),
        ("event.at.getDayOfWeek() == 6", True),
        ("event.at.getDayOfYear() == 324", True),
        ("event.at.getFullYear() == 2026", True),
        ("event.at.getHours() == 16", True),
        ("event.at.getMilliseconds() == 250", True),
        ("event.at.getMinutes() == 40", True),
        ("event.at.getMonth() == 10", True),
        ("event.at.getSeconds() == 7", True),
    ],
)
def test_each_call_that_is_taken_does_what_cel_says(text: str, expected: Truth) -> None:
    assert look(f"has(event.at) && {text}")[0] is expected


def test_each_call_that_is_taken_is_in_the_table() -> None:
    (mark,) = test_each_call_that_is_taken_does_what_cel_says.pytestmark  # type: ignore[attr-defined]
    texts = " ".join(text for text, _ in mark.args[1])

    assert {name for name in FUNCTIONS | METHODS if f"{name}(" not in texts} == set()


def test_the_trace_has_what_was_seen_and_why_it_has_no_value() -> None:
    assert look("event.data.amount > 100 && has(event.data.gone)")[1] == [
        {
            "cel": "event.data.amount > 100 && has(event.data.gone)",
            "seen": {"event.data.amount": 120, "event.data.gone": None},
            "result": False,
        }
    ]
    assert look("event.at == event.data.gone")[1] == [
        {
            "cel": "event.at == event.data.gone",
            "seen": {"event.at": "2026-11-21T16:40:07.250000+00:00", "event.data.gone": None},
            "result": None,
        }
    ]
    (line,) = look("event.data.kind > 1")[1]
    assert line["why"].startswith("No such overload")
    (line,) = look("event.data.amount")[1]
    assert line["why"] == "It gives neither true nor false."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Write at least 1 character."),
        (7, "Send a text."),
        ("1 == 1", "it names no field"),
        ("colour == 1", "there is no field 'colour'"),
        ("event.data == 1", "there is no field 'event.data'"),
        ("pico.colour == 1", "there is no field 'pico.colour'"),
        ("pico.serial.length == 1", "there is no field 'pico.serial.length'"),
        ("event.data['a b'] == 1", "there is no field 'event.data'"),
        ("event.data['a.b'] == 1", "there is no field 'event.data'"),
        (".pico.code == 'A'", "'.' cannot stand there"),
        ("has(pico.code == 'A')", "'has' asks for one field"),
        ("has('pico.code')", "'has' asks for one field"),
        ("has(pico.code", "'has' asks for one field"),
        ("pico.code == 'A' // 1", "it is no CEL"),
        ("pico.code = 'A'", "'=' cannot stand in it"),
        ("{'a': pico.code} == 1", "'{' cannot stand in it"),
        ("pico.code == '''A'''", "it is no CEL"),
        ("pico.code == r'A'", "there is no field 'r'"),
        ("pico.code == 'A\n'", '"\'" cannot stand in it'),
        ("pico.code ==", "it is no CEL"),
        ("pico.code == \0", "'\\x00' cannot stand in it"),
        ("event.data.tags.map(one, one)", f"'map' {NO_CALL}"),
        ("event.data.tags.filter(one, true) == []", f"'filter' {NO_CALL}"),
        ("event.data.tags.all(one, true)", f"'all' {NO_CALL}"),
        ("event.data.tags . exists\n( one, true)", f"'exists' {NO_CALL}"),
        ("[1].exists_one(one, one == pico.serial)", f"'exists_one' {NO_CALL}"),
        ("pico.code.matches('(a+)+$')", f"'matches' {NO_CALL}"),
        ("max(event.data.x, 1) == 1", f"'max' {NO_CALL}"),
        ("event.data.x == 'a'" + " || event.data.x == 'a'" * 100, "an expression has at most 2048 bytes"),
        ("event.data.x == 'é" + "é" * 1020 + "'", "an expression has at most 2048 bytes"),
        ("event.data.x" + " + event.data.x" * 21 + " == ''", "it has at most 20 additions"),
        ("(" * 500 + "event.data.x" + ")" * 500, "it is no CEL"),
    ],
)
def test_what_is_not_taken_is_refused_with_its_place(text: Any, message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        CONDITION.validate_python({"any": [{"not": {"cel": text}}]})

    ((place, (said,)),) = errors_of(caught.value).items()
    assert place == "any.0.not.cel"
    assert said.startswith(message) or "at most 2048" in said


def test_an_expression_counts_for_ten_comparisons() -> None:
    one = {"cel": "pico.code == 'A'"}

    assert CONDITION.validate_python({"all": [one] * 5})
    with pytest.raises(ValidationError, match="at most 50 comparisons"):
        CONDITION.validate_python({"all": [*[one] * 5, {"field": "pico.code", "op": "is", "value": "A"}]})


def test_the_longest_expressions_take_no_time() -> None:
    values = {f"a{number}": "a" * 10_000 for number in range(2)}
    for text in (
        "event.data.x" + " + event.data.x" * 20 + " == ''",
        " && ".join(["event.data.x != ''"] * 90),
        " || ".join(["event.data.x.contains('aab')"] * 60),
        "event.data.x" + "[0]" * 600,
        "!" * 2000 + "event.data.x",
    ):
        begin = time.process_time()
        compile_expression(text).execute(values)
        assert time.process_time() - begin < 1


FIELDS = [
    "event.data.amount",
    "event.data.kind",
    "event.data.gone",
    "event.data.tags",
    "event.at",
    "has(event.data.gone)",
]
VALUES_IN_IT = ["0", "1", "-1", "1.5", "12u", "'a'", "true", "null", "[1,'a']", "9223372036854775807", "duration('1h')"]
PARTS = st.sampled_from([*FIELDS, *VALUES_IN_IT])
EXPRESSIONS = st.recursive(
    PARTS,
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["==", "!=", "<", ">=", "&&", "||", "+", "-", "*", "/", "%", "in"]), inner),
        st.builds("({} ? {} : {})".format, inner, inner, inner),
        st.builds("{}{}".format, st.sampled_from(["!", "-", "size", "int", "string", "timestamp"]), inner.map("({})".format)),
        st.builds("{}[{}]".format, inner, inner),
        st.builds("{}.{}()".format, inner, st.sampled_from(["size", "getHours", "getDate"])),
        st.builds("{}.contains({})".format, inner, inner),
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=200)
@given(EXPRESSIONS)
def test_any_expression_is_refused_or_has_a_truth(text: str) -> None:
    try:
        truth, trace = look(text)
    except ValidationError:
        return
    assert truth in {True, False, None}
    assert [line["result"] for line in trace] == [truth]


@settings(max_examples=200)
@given(st.text(alphabet=st.sampled_from("event.data.x()[]'\"\\ &|!<>=?:,+-*/%{}rb0189\n\té\0\ud800"), max_size=40))
def test_any_text_at_all_is_refused_or_taken(text: str) -> None:
    try:
        compile_expression(text)
    except ValueError:
        return


@settings(max_examples=100)
@given(EXPRESSIONS, EXPRESSIONS)
def test_and_and_or_are_those_of_all_and_any(left: str, right: str) -> None:
    try:
        truths = {look(left)[0], look(right)[0]}
        both, either = look(f"({left}) && ({right})")[0], look(f"({left}) || ({right})")[0]
    except ValidationError:
        return
    assert both is (False if False in truths else None if None in truths else True)
    assert either is (True if True in truths else None if None in truths else False)
