"""Durations as they are written, kept, and said."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from rules.language.durations import Duration, in_words

DURATION: TypeAdapter[timedelta] = TypeAdapter(Duration)
DURATIONS = st.integers(1, 400 * 86_400).map(lambda seconds: timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("written", "kept", "said"),
    [
        ("PT2M", "PT2M", "2 minutes"),
        (1, "PT1S", "1 second"),
        (90, "PT1M30S", "1 minute and 30 seconds"),
        ("PT90M", "PT1H30M", "1 hour and 30 minutes"),
        ("P1D", "P1D", "24 hours"),
        ("PT48H", "P2D", "48 hours"),
        ("PT49H", "P2DT1H", "2 days and 1 hour"),
        ("P30D", "P30D", "30 days"),
        ("P1W", "P7D", "7 days"),
        (400 * 86_400, "P400D", "400 days"),
        ("P3DT4H5M6S", "P3DT4H5M6S", "3 days, 4 hours, 5 minutes and 6 seconds"),
    ],
)
def test_a_duration_is_kept_after_iso_8601_and_said_as_people_do(written: Any, kept: str, said: str) -> None:
    duration = DURATION.validate_python(written)

    assert [DURATION.dump_python(duration, mode="json"), in_words(duration)] == [kept, said]


@pytest.mark.parametrize(
    "written",
    [
        *(0, -1, 0.5, 400 * 86_400 + 1, 10**400, float("nan"), float("inf"), True, None, []),
        *("PT0S", "-PT2M", "P401D", "PT0.5S", "2", "2 minutes", "", "P", "PT", "12:30", "P1M", "P1Y", "pt2m", "P1D2H"),
        *("PT2M\n", "PT٣M", "P99999999W"),
    ],
)
def test_what_is_no_duration_is_refused(written: Any) -> None:
    with pytest.raises(ValidationError):
        DURATION.validate_python(written)


@given(DURATIONS)
def test_a_duration_comes_back_as_it_was(duration: timedelta) -> None:
    assert DURATION.validate_python(DURATION.dump_python(duration, mode="json")) == duration


@given(DURATIONS)
def test_words_say_exactly_which_duration_it_is(duration: timedelta) -> None:
    words = in_words(duration).replace(" and ", ", ").split(", ")
    units = {word.split()[1].rstrip("s") + "s": int(word.split()[0]) for word in words}

    assert timedelta(**units) == duration
    assert len(units) == len(words)
