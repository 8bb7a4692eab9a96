"""What came of an action."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Outcome:
    """`detail` is a sentence for the run's page; `id` names the row that was made."""

    result: Literal["done", "refused"]
    detail: str
    id: str = ""


def refused(why: str) -> Outcome:
    """It could not be done now, which is no failure of the rule."""
    return Outcome("refused", why)
