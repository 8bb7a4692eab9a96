"""Runs of serials: what is written means what it says, as texts, and nothing is in two of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parties.errors import RefusedError
from picos.serial_runs import MOST, Run, parse_runs

prefixes = st.text(st.characters(codec="ascii", categories=["L", "P"], exclude_characters="."), max_size=6)
numbers = st.integers(0, 2000)


@st.composite
def ranges(draw: st.DrawFn) -> tuple[str, set[str]]:
    """A range as somebody writes it, and the serials that are in it."""
    prefix, first, last = draw(prefixes), *sorted((draw(numbers), draw(numbers)))
    width = draw(st.sampled_from([0, max(len(str(last)), 5)]))
    serials = {f"{prefix}{number:0{width}}" if width else f"{prefix}{number}" for number in range(first, last + 1)}
    ends = [f"{prefix}{number:0{width}}" if width else f"{prefix}{number}" for number in (first, last)]
    return "..".join(ends), serials


def members(runs: list[Run]) -> list[str]:
    return [run.serial(number) for run in runs for number in range(run.first, run.last + 1)]


@given(st.lists(ranges(), max_size=4))
def test_what_is_written_is_all_that_is_in_it_and_each_once(written: list[tuple[str, set[str]]]) -> None:
    found = members(parse_runs([text for text, _ in written], field="serials"))
    assert len(found) == len(set(found))
    assert set(found) == set().union(*(serials for _, serials in written))


@given(st.lists(ranges(), max_size=3))
def test_what_it_writes_is_read_as_the_same(written: list[tuple[str, set[str]]]) -> None:
    runs = parse_runs([text for text, _ in written], field="serials")
    assert parse_runs([str(run) for run in runs], field="serials") == runs


@pytest.mark.parametrize(
    ("written", "runs"),
    [
        (["LM-0001..LM-0200"], ["LM-0001..LM-0200"]),
        (["LM-0001 .. LM-0200"], ["LM-0001..LM-0200"]),
        (["S9..S12"], ["S9", "S10..S12"]),
        (["S0..S12"], ["S0..S9", "S10..S12"]),
        (["B3", "B1", "B2", "B1", " "], ["B1..B3"]),
        (["B1..B4", "B3..B9"], ["B1..B9"]),
        (["7", "007"], ["7", "007"]),
        (["Red", "Blue"], ["Blue", "Red"]),
        (["2026000001..2026000009"], ["2026000001..2026000009"]),
        (["X" * 50], ["X" * 50]),
        ([], []),
    ],
)
def test_each_is_kept_in_its_shortest_form(written: list[str], runs: list[str]) -> None:
    assert [str(run) for run in parse_runs(written, field="serials")] == runs


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("A1..B9", "alike but for the number"),
        ("A..A9", "alike but for the number"),
        ("Red..Blue", "alike but for the number"),
        ("A9..A1", "larger than the last"),
        ("A12..A5", "larger than the last"),
        ("A005..A12", "equally many figures"),
        ("A5..A012", "equally many figures"),
        ("A1..", "1 to 50"),
        ("..A1", "1 to 50"),
        ("A1..A2..A3", "a first and a last"),
        ("X" * 51, "1 to 50"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_reason(written: str, said: str) -> None:
    with pytest.raises(RefusedError, match=said) as refused:
        parse_runs([written], field="scope.serials")
    assert refused.value.field == "scope.serials"


def test_there_is_a_bound_to_what_one_writes_down() -> None:
    with pytest.raises(RefusedError, match="as a range"):
        parse_runs(["A"] * (MOST + 1), field="serials")
    assert len(parse_runs(["A1"] * MOST, field="serials")) == 1
