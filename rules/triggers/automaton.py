"""How patterns are watched: a tree of machines, one for each pattern, whose states are plain JSON.

A machine is told of each event, and of each moment at which it asked to be woken. It answers whether its pattern is
complete at that moment, and if so, since when: of several ways in which it can be, the shortest counts.

Moments are whole microseconds since 1970. They only grow: an event that is not later than what was seen before it
counts as a microsecond later than that. So of two events one is always the earlier, and a clock that jumps back
repeats nothing.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

_BEGIN: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)

# A machine's part of a state: JSON that only the machine itself looks into.
Kept = Any
State = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Moment:
    """An event, with the leaves that it fits; or only a time that has come, without any."""

    at: int
    places: Collection[int] = ()
    read: Callable[[str], Any] = lambda _: None
    is_event: bool = False


class Machine:
    """Watches one pattern. The bare one never sees anything happen."""

    def __init__(self, settings: Any, inner: Sequence["Machine"]) -> None:
        self.settings = settings
        self.inner = inner

    def begin(self, at: int) -> Kept:
        """Nothing has happened yet."""
        del at
        return None

    def step(self, kept: Kept, moment: Moment) -> tuple[Kept, int | None]:
        """After this moment; and if the pattern is complete at it, when it began."""
        del moment
        return kept, None

    def again(self, kept: Kept, at: int) -> Kept:
        """After it did what it was for: what led to it counts no more."""
        del kept
        return self.begin(at)

    def due(self, kept: Kept) -> int | None:
        """When it has to be told that time has passed."""
        del kept
        return None

    def begun(self, kept: Kept) -> set[int]:
        """The moments at which a completion yet to come may be said to have begun."""
        del kept
        return set()

    def skip(self, kept: Kept, until: int) -> Kept:
        """Forgets what was due so long before `until` that it is of no use to anybody."""
        del until
        return kept


def moment_of(at: datetime) -> int:
    """In microseconds."""
    return (at - _BEGIN) // MICROSECOND


def time_of(moment: int) -> datetime:
    """In UTC."""
    return _BEGIN + moment * MICROSECOND


def microseconds(duration: timedelta | None) -> int | None:
    """None stays None."""
    return None if duration is None else duration // MICROSECOND


def begin(machine: Machine, at: datetime) -> State:
    """The state of a machine that watches from now on."""
    moment = moment_of(at)
    # The first event may be at this very moment.
    return {"at": moment - 1, "kept": machine.begin(moment), "owed": []}


def feed(
    machine: Machine, state: State, *, at: datetime, places: Collection[int], read: Callable[[str], Any]
) -> tuple[State, bool]:
    """The state after an event, and whether that completes the pattern.

    Deadlines that had passed unnoticed before it are kept for `advance`, which is due at once.
    """
    now = max(moment_of(at), state["at"] + 1)
    kept, fired, latest = _ripen(machine, state, until=now)
    moment = Moment(max(now, latest + 1), places, read, is_event=True)
    kept, complete = _step(machine, kept, moment)
    return {"at": moment.at, "kept": kept, "owed": state["owed"] + fired}, complete


def advance(machine: Machine, state: State, *, now: datetime) -> tuple[State, list[datetime]]:
    """The state with nothing due up to now, and the deadlines that completed the pattern, each once."""
    kept, fired, latest = _ripen(machine, state, until=moment_of(now))
    return {"at": latest, "kept": kept, "owed": []}, [time_of(moment) for moment in state["owed"] + fired]


def due(machine: Machine, state: State) -> datetime | None:
    """When `advance` is needed next."""
    if state["owed"]:
        return time_of(state["owed"][0])
    moment = machine.due(state["kept"])
    return None if moment is None else time_of(moment)


def _ripen(machine: Machine, state: State, *, until: int) -> tuple[Kept, list[int], int]:
    """Tells the machine of each moment that it waited for, in order; the last is the latest that counts as seen."""
    kept, fired, latest = machine.skip(state["kept"], until), [], state["at"]
    while (moment := machine.due(kept)) is not None and moment <= until:
        latest = max(latest, moment)
        kept, complete = _step(machine, kept, Moment(moment))
        if complete:
            fired.append(moment)
    return kept, fired, latest


def _step(machine: Machine, kept: Kept, moment: Moment) -> tuple[Kept, bool]:
    kept, since = machine.step(kept, moment)
    if since is None:
        return kept, False
    return machine.again(kept, moment.at), True


def earliest(moments: Sequence[int | None]) -> int | None:
    """None only if all are."""
    return min((moment for moment in moments if moment is not None), default=None)
