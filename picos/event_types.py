"""The types of event there are. Each floor registers its own where it records them; docs/webhooks.md lists them all."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EventType:
    """`name` as in webhooks and rules; `sentence` completes "IF …" on a page, `{thing}` standing for the pico.

    `mine` is the sentence in a person's own rule, whose things these are.
    """

    name: str
    sentence: str
    mine: str

    def said(self, thing: str, *, mine: bool = False) -> str:
        """The sentence of this thing."""
        return (self.mine if mine else self.sentence).format(thing=thing)


_registry: dict[str, EventType] = {}


class UnknownEventTypeError(ValueError):
    """An event type that no floor registered."""


def register(name: str, sentence: str, *, mine: str = "") -> str:
    """Adds a type and returns its name; no `mine`: the sentence does for both. A name twice is a programming error."""
    if name in _registry:
        message = f"event type {name} is registered already"
        raise ValueError(message)
    _registry[name] = EventType(name, sentence, mine or sentence)
    return name


def event_type(name: str) -> EventType:
    """The type with this name. Raises UnknownEventTypeError."""
    try:
        return _registry[name]
    except KeyError as error:
        message = f"there is no event type {name!r}"
        raise UnknownEventTypeError(message) from error


def event_types() -> list[EventType]:
    """All of them, by name."""
    return [_registry[name] for name in sorted(_registry)]


ACTIVATED = register("pico.activated", "{thing} leaves its maker")
SCANNED = register("pico.scanned", "the code on {thing} is scanned")
LINKED = register("pico.linked", "a code that was printed earlier is linked to {thing}")
CLAIMED = register("pico.claimed", "somebody claims {thing}", mine="I claim {thing}")
LOST = register("pico.lost", "{thing} is reported lost")
FOUND = register("pico.found", "a finder writes about {thing}")
RECOVERED = register("pico.recovered", "{thing} is back")
TRANSFERRED = register("pico.transferred", "{thing} changes hands")
RELEASED = register("pico.released", "the owner of {thing} gives it up", mine="I give {thing} up")
RETIRED = register("pico.retired", "{thing} is retired")
MERGED = register("pico.merged", "{thing} gets a second code")
CONNECTED = register("pico.connected", "the maker of {thing} joins")
SUSPECTED_COPY = register("pico.suspected_copy", "{thing} looks copied")
STATE_CHANGED = register("pico.state_changed", "a value of {thing} changes")
