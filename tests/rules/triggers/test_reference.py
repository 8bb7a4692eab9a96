"""Every operator against the plain reference, on random patterns and streams, with the state cut anywhere."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from rules.triggers import When, advance, begin, due, feed, leaves
from rules.triggers.automaton import time_of
from tests.rules.triggers.reference import SECOND, firings, numbered

WHEN: TypeAdapter[Any] = TypeAdapter(When)
BEGIN = datetime(2026, 11, 21, 12, tzinfo=UTC)
HORIZON = 600

NAMES = ("pico.scanned", "pico.lost", "pico.found", "pico.claimed")
LEAVES = st.sampled_from(NAMES).map(lambda name: {"event": name})
# No sum of a few deadlines is a multiple of ten, which the events' times are.
DEADLINES = st.sampled_from([13, 29])
WITHIN = st.fixed_dictionaries({}, optional={"within": st.sampled_from([10, 20, 30, 60])})


def lists(inner: st.SearchStrategy[Any], least: int, most: int) -> st.SearchStrategy[list[Any]]:
    return st.lists(inner, min_size=least, max_size=most)


def composites(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def timed(name: str, least: int, most: int) -> st.SearchStrategy[Any]:
        return st.builds(lambda parts, within: {name: parts} | within, lists(inner, least, most), WITHIN)

    def times(name: str) -> st.SearchStrategy[Any]:
        return st.builds(lambda n, of, within: {name: n, "of": of} | within, st.integers(1, 3), inner, WITHIN)

    def aggregate(name: str) -> st.SearchStrategy[Any]:
        return st.fixed_dictionaries(
            {
                name: st.just("event.data.x"),
                "of": inner,
                "op": st.sampled_from(["gt", "gte", "lt", "lte"]),
                "value": st.sampled_from([0, 2, 3, 5]),
                "within": st.sampled_from([10, 20, 40]),
            }
        )

    return st.one_of(
        *(timed(name, 2, 3) for name in ("all", "then", "before", "after")),
        *(timed(name, 3, 3) for name in ("between", "not_between")),
        *map(times, ("count", "repeat")),
        *map(aggregate, ("sum", "avg", "min", "max")),
        lists(inner, 1, 3).map(lambda parts: {"any": parts}),
        st.fixed_dictionaries({"not": inner, "within": DEADLINES, "after": inner}),
    )


def is_taken(raw: dict[str, Any]) -> bool:
    """Not so with too many aggregates."""
    try:
        return bool(WHEN.validate_python(raw))
    except ValidationError:
        return False


FLAT = composites(LEAVES)
NESTED = composites(LEAVES | FLAT).filter(is_taken)
VALUES = st.integers(-2, 5) | st.sampled_from([0.5, None, "3", True])
STREAMS = st.lists(
    st.tuples(st.sampled_from([0, 10, 10, 20, 40]), st.sets(st.integers(0, 5), min_size=1, max_size=2), VALUES),
    min_size=3,
    max_size=12,
)


def watched(raw: dict[str, Any], stream: list[Any], *, cut: bool) -> list[int]:
    """When it fires, in microseconds since the beginning; cut: through JSON, and waking up when it asks to."""
    when, fired, now = WHEN.validate_python(raw), [], BEGIN
    state, most = begin(when, BEGIN), len(leaves(when))
    for gap, places, value in stream:
        now += timedelta(seconds=gap)
        if cut:
            when, state = WHEN.validate_python(raw), json.loads(json.dumps(state))
            while (at := due(when, state)) and at <= now:
                state, late = advance(when, state, now=at)
                fired += late
        fitting = {place % most for place in places if place < 2 * most}
        state, complete = feed(when, state, at=now, places=fitting, read={"event.data.x": value}.get)
        if complete:
            fired.append(time_of(state["at"]))
    state, late = advance(when, state, now=BEGIN + timedelta(seconds=HORIZON))
    later = due(when, state)
    assert later is None or later > BEGIN + timedelta(seconds=HORIZON)
    return sorted((at - BEGIN) // timedelta(microseconds=1) for at in [*fired, *late])


def expected(raw: dict[str, Any], stream: list[Any]) -> list[int]:
    when, most = numbered(raw)
    events, now, latest = [], 0, -1
    for gap, places, value in stream:
        now += gap * SECOND
        latest = max(now, latest + 1)
        events.append((latest, frozenset(place % most for place in places if place < 2 * most), value))
    return [end for end in firings(when, events, -1) if end <= HORIZON * SECOND]


@settings(max_examples=150, deadline=None)
@given(FLAT, STREAMS, st.booleans())
def test_an_operator_fires_when_the_reference_does(raw: dict[str, Any], stream: list[Any], cut: bool) -> None:
    assert watched(raw, stream, cut=cut) == expected(raw, stream)


# What a part under way began after is still known when something newer could stand in its place.
LONGER = {
    "before": [
        {"event": "pico.lost"},
        {"not": {"event": "pico.found"}, "within": 13, "after": {"event": "pico.scanned"}},
    ]
}
TWICE = {"before": [{"event": "pico.lost"}, {"count": 2, "of": {"event": "pico.scanned"}}]}


@settings(max_examples=150, deadline=None)
@example(raw=LONGER, stream=[(0, {0}, 1), (10, {2}, 1), (10, {0}, 1)], cut=False)
@example(raw=TWICE, stream=[(0, {0}, 1), (10, {1}, 1), (10, {0}, 1), (10, {1}, 1)], cut=False)
@given(NESTED, STREAMS, st.booleans())
def test_operators_inside_operators_too(raw: dict[str, Any], stream: list[Any], cut: bool) -> None:
    assert watched(raw, stream, cut=cut) == expected(raw, stream)
