"""Speaking with the system at a connector's other end, through the one guarded client."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from conduits.delivery.http import Answer, Client
from conduits.delivery.keys import Keys

# Of an answer that is read; lists of tickets are long.
LARGEST: Final = 1024 * 1024
_SHUT_OUT: Final = (401, 403)


class Refused(Exception):  # noqa: N818 (an answer, and what becomes of it is decided elsewhere)
    """The other system did not take it; `answer` says so, and the attempt ends with it."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.error)
        self.answer = answer


class Gone(Exception):  # noqa: N818 (as above)
    """What we wanted to add to is closed for good, or deleted."""


class Garbled(Exception):  # noqa: N818 (as above)
    """What was answered is not what the documentation says."""


@dataclass(frozen=True, slots=True)
class Said:
    """An answer that was expected."""

    status: int
    body: bytes

    @property
    def json(self) -> Any:
        """Raises Garbled."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise Garbled from error

    def take(self, *path: str | int) -> Any:
        """What lies at a place of the JSON. Raises Garbled if there is nothing."""
        value = self.json
        try:
            for step in path:
                value = value[step]
        except (KeyError, IndexError, TypeError) as error:
            raise Garbled from error
        return value

    def id(self, *path: str | int) -> str:
        """The same of an id, a text or a number. Raises Garbled."""
        value = self.take(*path)
        if not isinstance(value, str | int) or isinstance(value, bool) or value == "":
            raise Garbled
        return str(value)[:200]


@dataclass(slots=True)
class Far:
    """One attempt's way there. `config` is its kind's; `again`: one before this may have written already.

    `session` is a sign-in that was kept, set anew by the kind when it made one. `keys` sign Standard Webhooks.
    """

    config: Any
    client: Client
    again: bool = False
    keys: Keys | None = None
    session: str = ""
    session_until: datetime | None = None
    last: Answer | None = None
    spent_ms: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    async def ask(
        self,
        method: str,
        url: str,
        *,
        content: Any = None,
        form: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        bears: tuple[int, ...] = (),
        keeps_secret: bool = False,
    ) -> Said:
        """One request: `content` as JSON, or a `form`. Raises Refused unless it is answered 2xx or one of `bears`.

        `keeps_secret`: its answer is no matter for the delivery log.
        """
        sent = {"accept": "application/json", "user-agent": "Pico-Conduit"} | self.headers | dict(headers or {})
        body = b""
        if form is not None:
            body, sent["content-type"] = urlencode(form).encode(), "application/x-www-form-urlencoded"
        elif content is not None:
            body, sent["content-type"] = json.dumps(content).encode(), "application/json"
        asked = f"{url}?{urlencode(query)}" if query else url
        return await self.send(method, asked, body=body, headers=sent, bears=bears, keeps_secret=keeps_secret)

    async def send(
        self,
        method: str,
        url: str,
        *,
        body: bytes,
        headers: Mapping[str, str],
        bears: tuple[int, ...] = (),
        keeps_secret: bool = False,
    ) -> Said:
        """The same with the body's very bytes."""
        answer = await self.client.request(method, url=url, body=body, headers=headers, largest=LARGEST)
        self.spent_ms += answer.duration_ms
        kept = b"" if keeps_secret else answer.body_excerpt
        if answer.error and answer.status not in bears:
            raise Refused(Answer(answer.status, kept, answer.headers, self.spent_ms, _why(answer, method, url)))
        assert answer.status is not None  # noqa: S101 (an answer without a status has an error)
        self.last = Answer(answer.status, kept, answer.headers, self.spent_ms, None)
        return Said(answer.status, answer.body_excerpt)


def _why(answer: Answer, method: str, url: str) -> str:
    """A sentence for the company, without the query, which may hold what is not to be kept."""
    if answer.status in _SHUT_OUT:
        return f"It does not let us in ({answer.status}): check what you entered, and what it may do there."
    path = url.partition("://")[2].partition("/")[2].partition("?")[0]
    return f"{answer.error} ({method} /{path})" if answer.status else answer.error or ""
