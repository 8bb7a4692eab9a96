"""A condition with one thing wrong in it, anywhere: the error points at that place and at no other."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from api.problems import errors_of
from rules.conditions import Condition
from tests.rules.conditions.test_sentences import CONDITIONS

CONDITION: TypeAdapter[Any] = TypeAdapter(Condition)
LEAF = {"field": "pico.code", "op": "is", "value": "A"}
# What takes a condition's place, and where in it the error is then.
BROKEN: list[tuple[Any, str]] = [
    ([], ""),
    ("pico.code", ""),
    (None, ""),
    (7, ""),
    (LEAF | {"field": "pico.colour"}, "field"),
    (LEAF | {"field": 7}, "field"),
    (LEAF | {"op": "="}, "op"),
    (LEAF | {"op": None}, "op"),
    (LEAF | {"value": {}}, "value"),
    (LEAF | {"op": "between", "value": [2, 1]}, "value"),
    (LEAF | {"op": "matches", "value": "("}, "value"),
    (LEAF | {"op": "changed", "value": True}, ""),
    (LEAF | {"unit": "kg"}, "unit"),
    ({"op": "is", "value": "A"}, "field"),
    ({"field": "pico.code", "value": "A"}, "op"),
    ({"field": "pico.code", "op": "is"}, "value"),
    ({"all": []}, "all"),
    ({"any": {}}, "any"),
    ({"any": [LEAF], "all": [LEAF]}, "any"),
    ({"not": None}, "not"),
    ({"not": LEAF, "value": 1}, "value"),
    ({"cel": "pico.code =="}, "cel"),
    ({"cel": "pico.code == 'A'", "lang": "cel"}, "lang"),
]


def is_sound(condition: Any) -> bool:
    try:
        CONDITION.validate_python(condition)
    except ValidationError:
        return False
    return True


SOUND = CONDITIONS.filter(is_sound)


def places_in(condition: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield place
    for word in ("all", "any"):
        for index, one in enumerate(condition.get(word, [])):
            yield from places_in(one, (*place, word, index))
    if "not" in condition:
        yield from places_in(condition["not"], (*place, "not"))


def replaced(condition: Any, place: tuple[Any, ...], by: Any) -> Any:
    if not place:
        return by
    whole = deepcopy(condition)
    inner = whole
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = by
    return whole


@settings(max_examples=150)
@given(st.data(), SOUND, st.sampled_from(BROKEN))
def test_one_error_points_at_its_place(data: st.DataObject, condition: Any, broken: tuple[Any, str]) -> None:
    place = data.draw(st.sampled_from(list(places_in(condition))))
    by, within = broken
    # Deeper than that the bound is what is wrong.
    assume(len([step for step in place if isinstance(step, str)]) < 4)

    with pytest.raises(ValidationError) as caught:
        CONDITION.validate_python(replaced(condition, place, by))

    expected = ".".join(map(str, [*place, *([within] if within else [])])) or "body"
    assert list(errors_of(caught.value)) == [expected[:100]]
