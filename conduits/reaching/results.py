"""What came of sending a letter."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from conduits.delivery.http import Answer

TOO_MANY: Final = 429
_SERVERS_FAULT: Final = 500
_LONGEST_WAIT: Final = 24 * 3600


class Outcome(Enum):
    """AGAIN: it is tried later. REFUSED: this one letter will not do. GONE: nothing will arrive here any more."""

    SENT = auto()
    AGAIN = auto()
    REFUSED = auto()
    GONE = auto()


@dataclass(frozen=True, slots=True)
class Result:
    """`problem` is a sentence for the person. `wait` is what the far end asked for, in seconds."""

    outcome: Outcome
    problem: str = ""
    wait: int = 0


def result_of(answer: Answer, *, gone: frozenset[int]) -> Result:
    """What an answer over HTTP means: of other refusals than `gone`, the letter may be the cause, not the way."""
    if answer.error is None:
        return Result(Outcome.SENT)
    if answer.status in gone:
        return Result(Outcome.GONE, answer.error)
    if answer.status is None or answer.status == TOO_MANY or answer.status >= _SERVERS_FAULT:
        return Result(Outcome.AGAIN, answer.error, _seconds(answer.headers.get("retry-after", "")))
    return Result(Outcome.REFUSED, answer.error)


def _seconds(text: str) -> int:
    return min(int(text), _LONGEST_WAIT) if text.isascii() and text.isdigit() and len(text) <= len("86400") else 0
