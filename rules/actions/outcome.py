"""What came of an action."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Outcome:
    """`detail` is a sentence for the run's page; `id` names the row that was made."""

    result: Literal["done", "refused"]
    detail: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """The run goes on later: at an event with these values, or when `within` is over.

    An empty `event_type` waits for the time alone. `id` names the row that was made, such as a question. `until` is
    when it is over, where that does not count from the run's own time.
    """

    detail: str
    within: timedelta
    event_type: str = ""
    where: dict[str, Any] = field(default_factory=dict)
    id: str = ""
    until: datetime | None = None


def refused(why: str) -> Outcome:
    """It could not be done now, which is no failure of the rule."""
    return Outcome("refused", why)
