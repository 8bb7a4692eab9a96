"""Stand-ins for other people's systems: each checks every request against what its documentation says, and answers so.

What is written there can be looked at in one form for all: `requests`, each with whom it is about and what was said.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from aiohttp import web

from tests.conduits.sink import Received


@dataclass
class Written:
    """Something to be settled over there: its id, its title, whom it is about, and what was said, the first first."""

    id: str
    title: str
    name: str = ""
    email: str = ""
    said: list[str] = field(default_factory=list)


class UndocumentedError(AssertionError):
    """A request that its documentation does not have."""


def expect(condition: object, what: str) -> None:
    """The documentation says so."""
    if not condition:
        raise UndocumentedError(what)


def keys(value: Any, *, needed: set[str], allowed: set[str] = frozenset()) -> None:  # type: ignore[assignment]
    """An object with these keys."""
    expect(isinstance(value, dict), f"an object, not {value!r}")
    expect(needed <= set(value), f"{needed - set(value)} missing")
    expect(set(value) <= needed | allowed, f"{set(value) - needed - allowed} unknown")


def says(content: Any, status: int = 200) -> web.Response:
    """JSON."""
    return web.Response(status=status, text=json.dumps(content), content_type="application/json")


Handler = Callable[..., web.Response]


class Documented:
    """`routes`: a method, a pattern of paths, the name of what handles it. `spoil`: what to answer instead of the
    right answer to a write, one after the other, after it had its effect; `refuse`: before anything has any.
    """

    KIND: ClassVar[str]
    # How it is that an agent's answer becomes known: it is told us, or we look for it.
    TELLS: ClassVar[bool] = True
    routes: ClassVar[list[tuple[str, str, str]]]

    def __init__(self) -> None:
        self.url = ""
        self.wrong: list[str] = []
        self.asked: list[str] = []
        self.spoil: list[web.Response | None] = []
        self.refuse: list[web.Response] = []

    async def __call__(self, received: Received) -> web.Response:
        self.asked.append(f"{received.method} {received.path}")
        if self.refuse:
            return self.refuse.pop(0)
        try:
            answer = self._handled(received)
        except (AssertionError, KeyError, ValueError, TypeError) as error:
            self.wrong.append(f"{received.method} {received.path}: {error!r} {received.body[:500]!r}")
            return says({"error": str(error)}, 400)
        is_write = received.method in {"POST", "PUT", "PATCH"} and not self.is_reading(received)
        return (self.spoil.pop(0) or answer) if self.spoil and is_write else answer

    def _handled(self, received: Received) -> web.Response:
        for method, pattern, name in self.routes:
            found = re.fullmatch(pattern, received.path)
            if found and method == received.method:
                handler: Handler = getattr(self, name)
                return handler(received, *found.groups())
        raise UndocumentedError("no such path")

    def is_reading(self, received: Received) -> bool:
        """A POST that writes nothing, such as a search or a sign-in."""
        return False

    def config(self) -> dict[str, Any]:
        """As a company enters it."""
        raise NotImplementedError

    @property
    def requests(self) -> list[Written]:
        """What is to be settled there."""
        raise NotImplementedError

    def reply(self, request: str, text: str, *, public: bool = True) -> Any:
        """An agent's words; returns what its system tells us of them, where it does."""
        raise NotImplementedError

    def told(self, telling: Any) -> tuple[bytes, dict[str, str]]:
        """How that is told: the body, and the headers that show where it comes from."""
        return json.dumps(telling).encode(), {}

    def forget(self, request: str) -> None:
        """It is deleted over there."""
        raise NotImplementedError
