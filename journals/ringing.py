"""Whether a company's open pages are told that an owner wrote something. Already that is the owner's to grant, so the
floor above registers its gate here; without one nobody is told.
"""

from collections.abc import Callable

from journals.models import Entry

_gates: list[Callable[[Entry], bool]] = []


def register(gate: Callable[[Entry], bool]) -> None:
    """From now on the company is told of an entry if the gate lets it read it."""
    _gates.append(gate)


def may_tell(entry: Entry) -> bool:
    """Whether the company of the entry's journal may know that its owner wrote this."""
    return any(gate(entry) for gate in _gates)
