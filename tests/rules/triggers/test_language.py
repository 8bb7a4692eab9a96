"""What `when` takes, what it refuses and where, and how large it and its state get."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter, ValidationError

from api.problems import errors_of
from rules.triggers import When, begin, feed, fits, is_stateless, leaves, members, needs_every_event, types
from tests.rules.triggers.test_sentences import CASES, FOUND, LOST, SCANNED

WHEN: TypeAdapter[Any] = TypeAdapter(When)
SCHEMA = WHEN.json_schema()
TIMED = {"of": SCANNED, "op": "gte", "value": 10, "within": "PT1H"}


def errors(raw: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught:
        WHEN.validate_python(raw)
    return errors_of(caught.value)


def nested(depth: int) -> dict[str, Any]:
    return {"count": 1, "of": nested(depth - 1)} if depth else SCANNED


@pytest.mark.parametrize("raw", [raw for raw, _ in CASES])
def test_a_pattern_comes_back_as_it_was_written(raw: dict[str, Any]) -> None:
    when = WHEN.validate_python(raw)
    kept = WHEN.dump_python(when, mode="json", by_alias=True, exclude_defaults=True)

    assert WHEN.validate_python(json.loads(json.dumps(kept))) == when
    assert kept.keys() == raw.keys()


@pytest.mark.parametrize(
    ("raw", "place", "message"),
    [
        ({}, "event", "This is missing."),
        ([], "body", "Send an object."),
        ({"event": "pico.eaten"}, "event", "there is no event type 'pico.eaten'"),
        ({"event": "pico.lost", "where": {"a": [1]}}, "where.a", None),
        ({"event": "pico.lost", "where": {str(n): n for n in range(6)}}, "where", None),
        ({"count": 0, "of": SCANNED}, "count", "It has to be at least 1."),
        ({"count": 101, "of": SCANNED}, "count", "It has to be at most 100."),
        ({"count": 3}, "of", "This is missing."),
        ({"count": 3, "of": {"all": [SCANNED, {"event": "x"}]}}, "of.all.1.event", "there is no event type 'x'"),
        ({"count": 3, "of": SCANNED, "within": "1h"}, "within", None),
        ({"all": [SCANNED]}, "all", "Name at least 2."),
        ({"all": [SCANNED] * 11}, "all", "Name at most 10."),
        ({"between": [SCANNED, LOST]}, "between", "Name at least 3."),
        ({"any": [SCANNED], "within": 60}, "within", "There is no such field."),
        ({"not": SCANNED, "within": "PT2M"}, "after", "This is missing."),
        ({"not": SCANNED, "after": LOST}, "within", "This is missing."),
        ({"sum": "event.data.x"} | TIMED | {"op": "is"}, "op", "Choose 'gt', 'gte', 'lt' or 'lte'."),
        ({"sum": "event.data.x"} | TIMED | {"value": "10"}, "value", "this is a number, up to 1e+15 either way"),
        ({"sum": "pico.code"} | TIMED, "sum", None),
        ({"sum": "event.data.x", "avg": "event.data.x"} | TIMED, "sum", "There is no such field."),
        ({"every": "FREQ=DAILY"}, "zone", "This is missing."),
        ({"every": "daily", "zone": "UTC"}, "every", "'DAILY' is no part of a recurrence rule, or is there twice"),
        ({"every": "FREQ=DAILY", "zone": "../etc/passwd"}, "zone", None),
        ({"date": "pico.state.x"}, "body", 'say how long "before", or how long "after" it'),
        ({"date": "pico.state.x", "before": 60, "after": 60}, "body", None),
        ({"date": "pico.code", "before": 60}, "date", None),
        # A schedule and a date stand in no other pattern.
        ({"any": [{"every": "FREQ=DAILY", "zone": "UTC"}]}, "any.0.event", "This is missing."),
        (nested(5), "body", "a pattern names at most 20 events, 4 deep"),
        ({"all": [{"any": [SCANNED] * 7}] * 3}, "body", "a pattern names at most 20 events, 4 deep"),
        ({"count": 2, "of": {"any": [SCANNED] * 11}}, "body", None),
        ({"all": [{"count": 100, "of": LOST}] * 4}, "body", "all that a pattern counts adds up to at most 300"),
        ({"any": [SCANNED] * 51}, "any", None),
    ],
)
def test_an_error_points_at_the_place(raw: Any, place: str, message: str | None) -> None:
    found = errors(raw)

    assert place in found
    assert message is None or found[place] == [message]


@pytest.mark.parametrize("raw", [nested(4), {"all": [{"any": [SCANNED] * 10}] * 2}, {"any": [SCANNED, LOST] * 25}])
def test_patterns_up_to_the_bounds_are_taken(raw: dict[str, Any]) -> None:
    assert leaves(WHEN.validate_python(raw))


def test_leaves_are_in_reading_order_and_types_each_once() -> None:
    when = WHEN.validate_python({"not": {"any": [FOUND, LOST]}, "within": 60, "after": {"after": [SCANNED, LOST]}})
    date = WHEN.validate_python({"date": "pico.state.until", "before": "P1D"})

    assert [leaf.event for leaf in leaves(when)] == ["pico.found", "pico.lost", "pico.scanned", "pico.lost"]
    assert types(when) == ["pico.found", "pico.lost", "pico.scanned"]
    assert [(leaf.event, leaf.where) for leaf in leaves(date)] == [("pico.state_changed", {"key": "until"})]
    assert types(WHEN.validate_python({"every": "FREQ=DAILY", "zone": "UTC"})) == []


@pytest.mark.parametrize(
    ("where", "data", "fitting"),
    [
        ({}, {"a": 1}, True),
        ({"a": 1}, {"a": 1, "b": 2}, True),
        ({"a": 1}, {"a": 1.0}, True),
        ({"a": 1}, {"a": True}, False),
        ({"a": True}, {"a": 1}, False),
        ({"a": "1"}, {"a": 1}, False),
        ({"a": "x"}, {"a": ["x"]}, False),
        ({"a": 0}, {}, False),
        ({"a": 0}, {"a": None}, False),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, False),
    ],
)
def test_an_event_fits_when_all_its_literals_are_equal(
    where: dict[str, Any], data: dict[str, Any], fitting: bool
) -> None:
    leaf = WHEN.validate_python(SCANNED | {"where": where})

    assert fits(leaf, "pico.scanned", data) is fitting
    assert not fits(leaf, "pico.lost", data)


@pytest.mark.parametrize(
    ("raw", "stateless", "every"),
    [
        (SCANNED, True, False),
        ({"any": [SCANNED, {"any": [LOST]}]}, True, False),
        ({"any": [SCANNED, {"count": 1, "of": LOST}]}, False, False),
        ({"all": [SCANNED, LOST]}, False, False),
        ({"count": 2, "of": {"then": [SCANNED, LOST]}}, False, True),
    ],
)
def test_what_keeps_nothing_and_what_has_to_hear_everything(raw: dict[str, Any], stateless: bool, every: bool) -> None:
    when = WHEN.validate_python(raw)

    assert [is_stateless(when), needs_every_event(when)] == [stateless, every]


def test_the_json_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("raw", [raw for raw, _ in CASES])
def test_the_json_schema_takes_what_the_language_takes(raw: dict[str, Any]) -> None:
    validator = Draft202012Validator(SCHEMA)

    assert validator.is_valid(raw)
    assert not validator.is_valid(raw | {"whne": 1})


WORDS = st.sampled_from(
    [
        *members(),
        "of",
        "within",
        "where",
        "op",
        "value",
        "zone",
        "pico.scanned",
        "event.data.x",
        "PT1H",
        "gte",
        "FREQ=DAILY",
    ]
)
SCALARS = (
    st.none() | st.booleans() | st.integers(-1, 101) | st.floats() | WORDS | st.text(max_size=4) | st.just(SCANNED)
)
ANY_JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4), max_leaves=20
)


@settings(max_examples=200, deadline=None)
@given(ANY_JSON)
def test_any_json_is_a_pattern_or_a_validation_error(raw: Any) -> None:
    try:
        when = WHEN.validate_python(raw)
    except ValidationError:
        return
    assert WHEN.validate_python(WHEN.dump_python(when, mode="json", by_alias=True, exclude_defaults=True)) == when


COUNTED = {"count": 100, "of": SCANNED, "within": "P1D"}


@pytest.mark.parametrize(
    ("raw", "most"),
    [
        ({"count": 3, "of": SCANNED, "within": "PT1H"}, 150),
        ({"all": [SCANNED, LOST, FOUND], "within": "PT1H"}, 350),
        ({"not": SCANNED, "within": "PT2M", "after": LOST}, 150),
        ({"all": [SCANNED] * 10}, 5000),
        ({"all": [{"all": [SCANNED] * 10}, {"before": [SCANNED] * 10}]}, 8000),
        ({"before": [COUNTED, COUNTED]}, 10_000),
        ({"not_between": [LOST, {"before": [SCANNED, SCANNED]}, COUNTED]}, 10_000),
        ({"then": [SCANNED, COUNTED]}, 10_000),
        ({"any": [{name: "event.data.x"} | TIMED | {"within": "P1D"} for name in ("sum", "avg")]}, 10_000),
    ],
)
def test_a_state_stays_small_whatever_happens(raw: dict[str, Any], most: int) -> None:
    when = WHEN.validate_python(raw)
    now = datetime(2026, 11, 21, tzinfo=UTC)
    state, sizes = begin(when, now), []
    for number in range(300):
        now += timedelta(seconds=1)
        places = [place for place in range(len(leaves(when))) if (number + place) % 7 or number % 5]
        state, _ = feed(when, state, at=now, places=places, read={"event.data.x": number + 1 / 3}.get)
        sizes.append(len(json.dumps(state)))

    assert max(sizes) <= most
