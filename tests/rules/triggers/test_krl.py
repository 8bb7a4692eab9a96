"""KRL's operators mean what they mean in KRL: the streams of pico-engine's own tests, and where we differ on purpose."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from rules.triggers import When, begin, feed, fits, leaves

WHEN: TypeAdapter[Any] = TypeAdapter(When)
TYPES = {"a": "pico.scanned", "b": "pico.lost", "c": "pico.found", "d": "pico.claimed"}
A, B, C, D = ({"event": name} for name in TYPES.values())
BOB = {"where": {"name": "bob"}}


def stream(raw: dict[str, Any], letters: str, *, every: int = 1) -> str:
    """The letters, with a ! after each at which it fires; a capital letter has a name that is not bob's."""
    when = WHEN.validate_python(raw)
    now = datetime(2026, 11, 21, tzinfo=UTC)
    state, said = begin(when, now), ""
    for letter in letters:
        now += timedelta(seconds=every)
        data = {"name": "bob" if letter.islower() else "alice"}
        places = [n for n, leaf in enumerate(leaves(when)) if fits(leaf, TYPES.get(letter.lower(), "other"), data)]
        state, fired = feed(when, state, at=now, places=places)
        said += letter + "!" * fired
    return said


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"before": [A, B]}, "ab!bbaacb!"),
        ({"after": [A, B]}, "aba!aabca!"),
        ({"then": [A, B | BOB]}, "ab!baBb"),
        ({"all": [A, B]}, "acb!ba!bbba!"),
        ({"any": [A, B]}, "a!b!c"),
        ({"between": [A, B, C]}, "bac!baac!babc!"),
        ({"not_between": [A, B, C]}, "bc!bacbc!c"),
        ({"all": [A, {"any": [B, C]}]}, "ab!ca!"),
        ({"all": [A, B, C]}, "acb!"),
        ({"before": [A, B, C]}, "acbac!"),
        ({"after": [A, B, C]}, "acbca!"),
        ({"then": [A, B, C]}, "acabc!"),
        ({"count": 3, "of": A}, "aaa!aaa!a"),
        ({"repeat": 3, "of": A | BOB}, "aaa!a!A"),
        ({"any": [{"before": [A, A]}, A]}, "a!a!"),
        ({"not_between": [A, B, A]}, "aba!"),
        ({"any": [{"all": [A, B]}, B]}, "b!ab!b!a"),
        ({"any": [{"all": [A, B]}, {"all": [C, A]}]}, "ac!ab!"),
        ({"before": [{"before": [A, B]}, C]}, "cbcabc!"),
        ({"before": [A, {"before": [B, C]}]}, "bacbc!"),
        ({"all": [A, A]}, "aa!aa!"),
    ],
)
def test_an_operator_does_as_in_krl(raw: dict[str, Any], said: str) -> None:
    assert stream(raw, said.replace("!", "")) == said


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        # There, a half-finished (a and b) makes the rule deaf to c.
        ({"any": [{"all": [A, B]}, C]}, "c!ac!b"),
        # There, an event of the type that fails the filter forgets all that was counted.
        ({"repeat": 3, "of": A | BOB}, "aaAa!a!"),
        # There, the second a is neither what has to follow the first one, nor taken for a new first one.
        ({"then": [A, B]}, "aab!"),
    ],
)
def test_where_krl_s_engine_surprises_this_one_does_not(raw: dict[str, Any], said: str) -> None:
    assert stream(raw, said.replace("!", "")) == said


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"before": [A, B], "within": 20}, "acb!"),
        ({"before": [A, B], "within": 20}, "accb"),
        # There, time runs from the first a, so that the newer ones count for nothing.
        ({"before": [A, B], "within": 20}, "acab!"),
        ({"count": 3, "of": A, "within": 20}, "acaaa!a"),
        ({"repeat": 3, "of": A, "within": 20}, "acaaa!a!caa"),
    ],
)
def test_within_is_about_the_newest_events_that_do(raw: dict[str, Any], said: str) -> None:
    assert stream(raw, said.replace("!", ""), every=10) == said
