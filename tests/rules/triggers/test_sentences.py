"""A pattern as a sentence: readable aloud, and never the same for two that differ."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from picos.event_types import event_types
from rules.triggers import When, members, sentence

WHEN: TypeAdapter[Any] = TypeAdapter(When)
SCANNED, LOST, FOUND = ({"event": f"pico.{name}"} for name in ("scanned", "lost", "found"))
NORTH = SCANNED | {"where": {"region": "north"}}
CASES: list[tuple[dict[str, Any], str]] = [
    (SCANNED, "the code on my bicycle is scanned"),
    (NORTH, "the code on my bicycle is scanned [region is “north”]"),
    (
        SCANNED | {"where": {"sure": True, "n": 1.0, "a b": "say “hi”"}},
        "the code on my bicycle is scanned [“a b” is “say \\“hi\\””, n is 1, sure is true]",
    ),
    ({"any": [SCANNED, LOST]}, "the code on my bicycle is scanned or my bicycle is reported lost"),
    (
        {"all": [SCANNED, {"any": [LOST, FOUND]}], "within": "PT1H"},
        (
            "the code on my bicycle is scanned and (my bicycle is reported lost or a finder writes about my bicycle), "
            "in any order, within 1 hour"
        ),
    ),
    (
        {"then": [LOST, SCANNED], "within": "PT90M"},
        "my bicycle is reported lost directly followed by the code on my bicycle is scanned, within 1 hour and 30 minutes",
    ),
    ({"before": [LOST, SCANNED]}, "my bicycle is reported lost before the code on my bicycle is scanned"),
    ({"after": [SCANNED, LOST]}, "the code on my bicycle is scanned after my bicycle is reported lost"),
    (
        {"between": [SCANNED, LOST, FOUND]},
        "the code on my bicycle is scanned between my bicycle is reported lost and a finder writes about my bicycle",
    ),
    (
        {"not_between": [SCANNED, LOST, FOUND]},
        (
            "my bicycle is reported lost before a finder writes about my bicycle, "
            "unless the code on my bicycle is scanned in between"
        ),
    ),
    (
        {"not": FOUND, "within": "PT48H", "after": LOST},
        "my bicycle is reported lost, and it does not happen within 48 hours that a finder writes about my bicycle",
    ),
    ({"count": 3, "of": SCANNED, "within": "PT1H"}, "the code on my bicycle is scanned, 3 times within 1 hour"),
    ({"repeat": 3, "of": SCANNED}, "the code on my bicycle is scanned, 3 times or more"),
    (
        {"sum": "event.data.amount", "of": FOUND, "op": "gte", "value": 10, "within": "P30D"},
        (
            "the sum of event.data.amount becomes at least 10 within 30 days, "
            "taken each time that a finder writes about my bicycle"
        ),
    ),
    (
        {"avg": "event.data.amount", "of": FOUND, "op": "lt", "value": 0.5, "within": "P30D"},
        (
            "the average of event.data.amount becomes less than 0.5 within 30 days, "
            "taken each time that a finder writes about my bicycle"
        ),
    ),
    (
        {"min": "event.data.amount", "of": FOUND, "op": "lte", "value": 10, "within": "P30D"},
        (
            "the least of event.data.amount becomes at most 10 within 30 days, "
            "taken each time that a finder writes about my bicycle"
        ),
    ),
    (
        {"max": "event.data.amount", "of": FOUND, "op": "gt", "value": 10, "within": "P30D"},
        (
            "the greatest of event.data.amount becomes more than 10 within 30 days, "
            "taken each time that a finder writes about my bicycle"
        ),
    ),
    (
        {"every": "FREQ=WEEKLY;BYDAY=MO,FR;BYHOUR=9;BYMINUTE=0", "zone": "Europe/Berlin"},
        "it is 09:00 on Monday and Friday in Europe/Berlin",
    ),
    ({"every": "FREQ=DAILY;BYHOUR=9;BYMINUTE=5", "zone": "UTC"}, "it is 09:05 in UTC"),
    (
        {"every": "FREQ=MONTHLY;BYMONTHDAY=1;BYHOUR=0;BYMINUTE=0", "zone": "UTC"},
        "it is 00:00 on day 1 of the month in UTC",
    ),
    ({"every": "FREQ=MONTHLY;BYDAY=-1FR", "zone": "UTC"}, "the calendar says FREQ=MONTHLY;BYDAY=-1FR in UTC"),
    (
        {"date": "pico.state.warranty_until", "before": "P30D"},
        "it is 30 days before what “warranty_until” of my bicycle says",
    ),
    ({"date": "pico.state.serviced", "after": "P365D"}, "it is 365 days after what “serviced” of my bicycle says"),
]


@pytest.mark.parametrize(("raw", "said"), CASES)
def test_a_pattern_reads_as_it_is_meant(raw: dict[str, Any], said: str) -> None:
    assert sentence(WHEN.validate_python(raw), "my bicycle") == said


def test_every_member_reads_as_something() -> None:
    assert {name for raw, _ in CASES for name in members() if name in raw} == set(members())


def test_the_words_that_join_events_are_in_none_of_them() -> None:
    joints = (
        " or ",
        " and ",
        ", ",
        " before ",
        " after ",
        " between ",
        " directly ",
        "(",
        "[",
        "“",
        " unless ",
        " becomes ",
    )
    for kind in event_types():
        assert not [joint for joint in joints if joint in kind.sentence], kind.name


# Few of each, so that chance meets what looks alike.
VALUES = st.sampled_from([True, False, 0, 1, 1.5, "1", "true", "a", "a”, b is “c", "\\", "“", "”]"])
KEYS = st.sampled_from(["a", "b", "a is “c”, b", "true", "1"])
EVENTS = st.builds(
    lambda name, where: {"event": name} | ({"where": where} if where else {}),
    st.sampled_from(["pico.scanned", "pico.lost"]),
    st.just({}) | st.dictionaries(KEYS, VALUES, max_size=2),
)
WITHIN = st.sampled_from([{}, {"within": 60}, {"within": 3600}, {"within": 3660}])


def composites(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: {"any": parts}),
        st.builds(
            lambda name, parts, within: {name: parts} | within,
            st.sampled_from(["all", "then", "before", "after"]),
            st.lists(inner, min_size=2, max_size=3),
            WITHIN,
        ),
        st.builds(
            lambda name, parts, within: {name: parts} | within,
            st.sampled_from(["between", "not_between"]),
            st.lists(inner, min_size=3, max_size=3),
            WITHIN,
        ),
        st.builds(
            lambda name, times, of, within: {name: times, "of": of} | within,
            st.sampled_from(["count", "repeat"]),
            st.integers(1, 3),
            inner,
            WITHIN,
        ),
        st.fixed_dictionaries({"not": inner, "within": st.sampled_from([60, 3600]), "after": inner}),
        st.builds(
            lambda name, op, value, of: {name: "event.data.x", "of": of, "op": op, "value": value, "within": 60},
            st.sampled_from(["sum", "avg", "min", "max"]),
            st.sampled_from(["gt", "gte", "lt", "lte"]),
            st.sampled_from([0, 1, 1.5]),
            inner,
        ),
    )


SCHEDULES = st.builds(
    lambda rule, zone: {"every": rule, "zone": zone},
    st.sampled_from(
        [
            *(
                "FREQ=DAILY",
                "FREQ=DAILY;BYHOUR=9",
                "FREQ=DAILY;BYHOUR=9;BYMINUTE=0",
                "FREQ=DAILY;BYHOUR=9;BYMINUTE=0;INTERVAL=2",
            ),
            *(
                "FREQ=DAILY;BYHOUR=0;BYMINUTE=9",
                "FREQ=WEEKLY;BYHOUR=9;BYMINUTE=0",
                "FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0",
            ),
            *("FREQ=DAILY;BYDAY=MO;BYHOUR=9;BYMINUTE=0", "FREQ=WEEKLY;BYDAY=MO,TU;BYHOUR=9;BYMINUTE=0"),
            *("FREQ=MONTHLY;BYMONTHDAY=1;BYHOUR=9;BYMINUTE=0", "FREQ=MONTHLY;BYMONTHDAY=-1;BYHOUR=9;BYMINUTE=0"),
            *(
                "FREQ=DAILY;BYMONTHDAY=1;BYHOUR=9;BYMINUTE=0",
                "FREQ=DAILY;BYHOUR=9,10;BYMINUTE=0",
                "FREQ=MINUTELY;BYHOUR=9;BYMINUTE=0",
            ),
        ]
    ),
    st.sampled_from(["UTC", "Europe/Berlin"]),
)
REMINDERS = st.builds(
    lambda key, side, time: {"date": f"pico.state.{key}", side: time},
    st.sampled_from(["a", "a” of my bicycle says", "a b"]),
    st.sampled_from(["before", "after"]),
    st.sampled_from([60, 3600]),
)
PATTERNS = EVENTS | composites(EVENTS | composites(EVENTS)) | SCHEDULES | REMINDERS


@settings(max_examples=100, deadline=None)
@given(st.lists(PATTERNS, min_size=2, max_size=40))
def test_two_patterns_that_differ_never_read_the_same(patterns: list[dict[str, Any]]) -> None:
    read: dict[str, str] = {}
    for raw in patterns:
        try:
            when = WHEN.validate_python(raw)
        except ValidationError:
            # Too many aggregates.
            continue
        written = json.dumps(WHEN.dump_python(when, mode="json", by_alias=True), sort_keys=True)
        assert read.setdefault(sentence(when, "my bicycle"), written) == written
