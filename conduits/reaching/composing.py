"""Letting apprise put a request together without letting it send one.

A plugin of apprise's speaks through the `requests` package. Here it gets a stand-in for that, which takes what would be
posted and hands it to a carrier: the guarded client, or a dry run. And while a plugin runs, its thread can open nothing
at all: an audit hook (PEP 578) refuses connections, look-ups of names, programs and files to write, whichever way they
are asked for.
"""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, Final

import requests

from conduits.delivery.http import Answer

_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND
_REFUSED: Final = frozenset(
    {
        *("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"),
        *("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"),
        *("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty"),
        *("os.remove", "os.rename", "os.mkdir", "os.rmdir", "ctypes.dlopen", "smtplib.connect"),
    }
)
# What the carrying client itself says, see conduits/delivery/http.py.
_CLIENT_S_OWN: Final = frozenset({"connection", "content-length", "host", "te", "transfer-encoding", "upgrade"})


@dataclass(frozen=True, slots=True)
class Parcel:
    """One POST that a plugin wants made."""

    url: str
    headers: dict[str, str]
    body: bytes


Carrier = Callable[[Parcel], Answer]


class _Composing(threading.local):
    carrier: Carrier | None = None


_composing = _Composing()


class NothingCarriedError(requests.ConnectionError):
    """What plugins take for a broken connection."""


class StandIn:
    """What a plugin's module has in place of `requests`: constants and errors are its own, a POST is carried."""

    def __getattr__(self, name: str) -> Any:
        return getattr(requests, name)

    def request(self, method: str, url: str, **given: Any) -> requests.Response:
        """As `requests.request`; the plugin's wishes as to redirects, certificates and time are not asked."""
        if method.upper() != "POST" or _composing.carrier is None:
            raise NothingCarriedError("Only a POST is carried.")
        kept = {name: given[name] for name in ("params", "data", "json", "headers", "auth") if name in given}
        prepared = requests.Request("POST", url, **kept).prepare()
        body: Any = prepared.body or b""
        said = {name: value for name, value in prepared.headers.items() if name.lower() not in _CLIENT_S_OWN}
        headers = {name: value if isinstance(value, str) else value.decode("ascii") for name, value in said.items()}
        parcel = Parcel(prepared.url or "", headers, body if isinstance(body, bytes) else body.encode())
        return _response(_composing.carrier(parcel))

    def post(self, url: str, data: Any = None, json: Any = None, **given: Any) -> requests.Response:
        """As `requests.post`."""
        return self.request("POST", url, data=data, json=json, **given)

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise NothingCarriedError("Only a POST is carried.")

    get = put = patch = delete = head = options = Session = session = _refuse


def stand_in_for(module: ModuleType) -> None:
    """From now on this plugin's module sends nothing by itself."""
    module.requests = StandIn()  # type: ignore[attr-defined]


@contextmanager
def carried_by(carrier: Carrier) -> Iterator[None]:
    """What plugins post in this thread meanwhile goes to the carrier, and the thread can open nothing.

    The carrier itself is called in that thread too: it hands over to another, and waits.
    """
    _watch()
    _composing.carrier = carrier
    try:
        yield
    finally:
        _composing.carrier = None


@cache
def _watch() -> None:
    """Once a process, as Python's hooks cannot be taken away."""
    sys.addaudithook(_refuse_while_composing)


def _refuse_while_composing(event: str, arguments: tuple[Any, ...]) -> None:
    if _composing.carrier is None:
        return
    is_written = event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING
    if is_written or event in _REFUSED:
        raise PermissionError(f"{event} is refused while a message is put together")


def _response(answer: Answer) -> requests.Response:
    if answer.status is None:
        raise NothingCarriedError(answer.error)
    response = requests.Response()
    response.status_code = answer.status
    response.headers.update(answer.headers)
    response._content = answer.body_excerpt  # noqa: SLF001 (it has no other door)
    response.encoding = "utf-8"
    return response
