"""What the engine asks of a pattern. All of it is pure: no database, and no clock but the times it is given."""

from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import count
from typing import Any, cast

from rules.triggers import automaton
from rules.triggers.automaton import Machine, State
from rules.triggers.event import EventIs, say_event
from rules.triggers.event import Machine as EventMachine
from rules.triggers.patterns import Pattern, Read
from rules.triggers.registry import member_of, parts


def leaves(when: Pattern) -> list[EventIs]:
    """The events that it is about, in reading order; a leaf's index is its place."""
    if isinstance(when, EventIs):
        return [when]
    return [leaf for part in parts(when) for leaf in leaves(part)]


def types(when: Pattern) -> list[str]:
    """The types of event that feed it, each once."""
    return list(dict.fromkeys(leaf.event for leaf in leaves(when)))


def fits(leaf: EventIs, event_type: str, data: dict[str, Any]) -> bool:
    """Whether an event is one that the leaf is about."""
    return leaf.fits(event_type, data)


def is_stateless(when: Pattern) -> bool:
    """An event, or any of events: nothing is kept, and each event that fits is a match."""
    return isinstance(when, EventIs) or (member_of(when).NAME == "any" and all(map(is_stateless, parts(when))))


def needs_every_event(when: Pattern) -> bool:
    """Whether an event of its types that fits no leaf makes a difference, so that it has to be fed too."""
    return member_of(when).NAME == "then" or any(map(needs_every_event, parts(when)))


def begin(when: Pattern, at: datetime) -> State:
    """The state of what is watched from now on: plain JSON. docs/rules.md says how large it gets."""
    return automaton.begin(_machine(when), at)


def feed(
    when: Pattern, state: State, *, at: datetime, places: Collection[int] = (), read: Read = lambda _: None
) -> tuple[State, bool]:
    """The state after an event, and whether it completes the pattern. `places`: the leaves that it fits.

    `read(field)` gives a value of the event, such as "event.data.x"; anything that is no number counts as none.
    Deadlines that passed before `at` without an `advance` are not lost: `due` is in the past then.
    """
    return automaton.feed(_machine(when), state, at=at, places=places, read=read)


def advance(when: Pattern, state: State, *, now: datetime) -> tuple[State, list[datetime]]:
    """The state with nothing due up to now, and the deadlines that completed the pattern, each once, in order."""
    return automaton.advance(_machine(when), state, now=now)


def due(when: Pattern, state: State) -> datetime | None:
    """When `advance` is needed next; None while nothing is waited for."""
    return automaton.due(_machine(when), state)


def sentence(when: Pattern, thing: str, *, mine: bool = False) -> str:
    """Completes "IF …", as a person says it (`mine`), or a company. No two that differ in meaning read alike."""
    if isinstance(when, EventIs):
        return say_event(when, thing, mine=mine)

    def say(inner: Pattern) -> str:
        said = sentence(inner, thing, mine=mine)
        return said if isinstance(inner, EventIs) else f"({said})"

    return member_of(when).sentence(when, say, thing)


def _machine(when: Pattern) -> Machine:
    """Made once for each pattern that was read, and kept with it."""
    if when.made.machine is None:
        when.made.machine = _made(when, count())
    return cast("Machine", when.made.machine)


def _made(when: Pattern, places: Iterator[int]) -> Machine:
    machine = member_of(when).Machine(when, [_made(part, places) for part in parts(when)])
    if isinstance(machine, EventMachine):
        machine.place = next(places)
    return machine
