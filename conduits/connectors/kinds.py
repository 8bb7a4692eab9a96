"""What each kind of connector has, and the list of them: every folder beside this file is one."""

import importlib
import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol, cast

from conduits.connectors.far import Far
from conduits.connectors.inbox import Arrived, Polled, Reply
from conduits.connectors.notes import Note
from conduits.connectors.settings import Settings
from parties.errors import RefusedError


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a kind can do. `inbound`: it tells us of answers; `polling`: we look for them.

    Without `requests` each message is appended to the timeline. `signs`: what it tells us is signed by itself, so that
    its address needs no key; `shows_secret`: with the connector's own secret, which its company must have.
    """

    contacts: bool = False
    timeline: bool = False
    requests: bool = False
    inbound: bool = False
    polling: bool = False
    signs: bool = False
    shows_secret: bool = False


class Kind(Protocol):
    """The names of a kind's folder. What is written carries `note.id`, ours, so that a retry finds it.

    Each call over there goes through `far`, which raises for what is not expected, and ends the attempt so.
    """

    NAME: str
    TITLE: str
    # What it is good for, in a sentence for the desk.
    ABOUT: str
    # What to do over there with our address for what comes in; empty for those that only are looked at.
    INBOUND: str
    CAPABILITIES: Capabilities
    Config: type[Settings]

    async def check(self, far: Far, note: Note) -> None:
        """Whether we are let in, writing nothing where there is a way."""
        ...

    async def upsert_contact(self, far: Far, note: Note) -> str:
        """The id over there of who it is about: `note.contact`, made or brought up to date."""
        ...

    async def append_to_timeline(self, far: Far, note: Note, contact: str) -> None:
        """What happened, beside the contact, for whoever looks there."""
        ...

    async def open_request(self, far: Far, note: Note, contact: str) -> str:
        """Something to be settled; its id over there. On a retry (`far.again`) it looks first if it is there."""
        ...

    async def add_reply(self, far: Far, note: Note, contact: str, request: str) -> None:
        """What was said since, about what is to be settled. Raises Gone when that is no more, and it is opened anew."""
        ...

    def verify(self, config: Any, arrived: Arrived) -> bool | None:
        """Whether it comes from there, by its own signature; None where the key in its address has to show that."""
        ...

    def parse(self, config: Any, arrived: Arrived) -> Sequence[Reply]:
        """The replies in it that are meant for the customer. Raises ValueError for what is not to be understood."""
        ...

    async def poll(self, far: Far, cursor: dict[str, Any]) -> Polled:
        """The replies since `cursor`, which is as the last call gave it, at first empty."""
        ...


@cache
def kinds() -> dict[str, Kind]:
    """All of them, by name."""
    package = __name__.rpartition(".")[0]
    folder = importlib.import_module(package).__path__
    modules = [importlib.import_module(f"{package}.{one.name}") for one in pkgutil.iter_modules(folder) if one.ispkg]
    return {module.NAME: cast("Kind", module) for module in modules}


def kind_of(name: str) -> Kind:
    """The kind with this name. Raises RefusedError."""
    found = kinds().get(name)
    if found is None:
        message = f"A kind is one of {', '.join(sorted(kinds()))}."
        raise RefusedError(message, field="kind")
    return found
