"""From one number, date or time to another, both included."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from rules.language.comparing import DayOrTime, Number, Test, as_span, is_number, seeing

NAME = "between"
TAKES = "a list of two numbers, or of two dates or times, the lower one first"


def _edges(one: Any) -> Any:
    """What a number, date or time begins and ends with; None for anything else."""
    return (one, one) if is_number(one) else as_span(one)


def _rising(pair: list[Any]) -> list[Any]:
    if _edges(pair[0]) > _edges(pair[1]):
        raise ValueError("the lower one comes first")
    return pair


_Rising = (Field(min_length=2, max_length=2), AfterValidator(_rising))
Value = Annotated[list[Number], *_Rising] | Annotated[list[DayOrTime], *_Rising]


def compiled(field: str, value: list[Any]) -> Test:
    """Numbers with numbers; a date lies between others if all of its day does."""
    del field
    (low, _), (_, high) = map(_edges, value)
    numbers = is_number(low)

    def test(seen: Any) -> bool | None:
        if is_number(seen) != numbers or (edges := _edges(seen)) is None:
            return None
        return bool(low <= edges[0] and edges[1] <= high)

    return seeing(test)


def sentence(value: list[Any]) -> str:
    """Completes "the number of unread entries …"."""
    return f"is between {value[0]} and {value[1]}"
