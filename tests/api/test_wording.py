"""What is wrong with JSON is said in our words; no sentence names Python's types, or a class of ours."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from api.problems import errors_of


class Everything(BaseModel):
    """One field for each kind that doors take."""

    a_flag: bool = False
    a_list: list[int] = Field(default=[], min_length=2, max_length=3)
    a_number: float = Field(default=0, gt=-5, lt=5)
    a_time: AwareDatetime | None = None
    a_word: str = Field(default="aa", min_length=2, pattern="^a{1,}$")
    an_id: UUID | None = None
    inner: "Everything | None" = None
    day: date | None = None


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("a_flag", "maybe", "Send true or false."),
        ("a_list", {}, "Send a list."),
        ("a_list", [1], "Name at least 2."),
        ("a_list", [1] * 4, "Name at most 3."),
        ("a_number", "x", "Send a number."),
        ("a_number", -5, "It has to be more than -5."),
        ("a_number", 5, "It has to be less than 5."),
        ("a_time", "soon", "Send a time such as 2026-11-21T16:40:00Z."),
        ("a_time", "2026-11-21T16:40:00", "Say the time’s zone, too, as in 2026-11-21T16:40:00Z."),
        ("a_word", "a", "Write at least 2 characters."),
        ("a_word", "bb", "It has to match the pattern ^a{1,}$"),
        ("an_id", "x", "Send an id, as we gave it."),
        ("an_id", 7, "Send an id, as we gave it."),
        ("inner", [], "Send an object."),
        ("day", "today", "Send a date such as 2026-11-21."),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_in_our_words(field: str, value: Any, said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Everything.model_validate({field: value})
    assert errors_of(caught.value) == {field: [said]}
