"""While apprise puts a message together its thread can open nothing, whichever way it tries."""

import os
import socket
import subprocess
import threading
import types
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from conduits.delivery.http import Answer
from conduits.reaching.composing import NothingCarriedError, Parcel, StandIn, carried_by, stand_in_for
from tests.conduits.sink import Sink

TOOK = Answer(200, b"took it", {"content-type": "text/plain"}, 1, None)


def opens(port: int, tmp_path: Path) -> dict[str, Callable[[], Any]]:
    """Ways to open something that are none of the stand-in's."""
    address = ("127.0.0.1", port)
    return {
        "a socket": lambda: socket.create_connection(address),
        "a socket by number": lambda: _on_a_socket(lambda opened: opened.connect(address)),
        "a datagram": lambda: _on_a_socket(lambda opened: opened.sendto(b"x", address), socket.SOCK_DGRAM),
        "a server": lambda: _on_a_socket(lambda opened: opened.bind(("127.0.0.1", 0))),
        "a name": lambda: socket.getaddrinfo("localhost", port),
        "urllib": lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/"),
        "requests itself": lambda: requests.get(f"http://127.0.0.1:{port}/", timeout=5),
        "a program": lambda: subprocess.run(["true"], check=False),
        "a shell": lambda: os.system("true"),
        "a file to write": lambda: (tmp_path / "file").write_text("x"),
        "a file by number": lambda: os.open(tmp_path / "file", os.O_WRONLY | os.O_CREAT),
        "a folder": (tmp_path / "folder").mkdir,
    }


def _on_a_socket(use: Callable[[socket.socket], Any], kind: socket.SocketKind = socket.SOCK_STREAM) -> None:
    with socket.socket(socket.AF_INET, kind) as opened:
        use(opened)


WAYS = list(opens(0, Path()))


@pytest.mark.parametrize("way", WAYS)
def test_the_thread_opens_nothing(way: str, sink: Sink, tmp_path: Path) -> None:
    open_it = opens(sink.port, tmp_path)[way]
    with carried_by(lambda _: TOOK), pytest.raises((PermissionError, OSError)) as refused:
        open_it()
    said = f"{refused.value} {refused.value.__cause__ or refused.value.__context__}"
    assert "is refused while a message is put together" in said
    assert (sink.received, list(tmp_path.iterdir())) == ([], [])


def test_other_threads_go_on_and_so_does_this_one_afterwards(sink: Sink) -> None:
    opened: list[int] = []

    def elsewhere() -> None:
        with socket.create_connection(("127.0.0.1", sink.port)):
            opened.append(sink.port)

    with carried_by(lambda _: TOOK):
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
    elsewhere()
    assert len(opened) == 2


def test_what_a_plugin_posts_is_carried_and_the_answer_comes_back() -> None:
    module = types.ModuleType("plugin")
    stand_in_for(module)
    parcels: list[Parcel] = []

    def carry(parcel: Parcel) -> Answer:
        parcels.append(parcel)
        return TOOK

    with carried_by(carry):
        answer = module.requests.post(
            "http://ntfy.example", data='{"a": 1}', headers={"X-A": "b"}, auth=("me", "pw"), verify=False
        )
    assert (answer.status_code, answer.text, answer.headers["Content-Type"]) == (200, "took it", "text/plain")
    assert parcels == [
        Parcel("http://ntfy.example/", {"X-A": "b", "Authorization": "Basic bWU6cHc="}, b'{"a": 1}'),
    ]
    assert module.requests.codes.ok == 200


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head", "options", "Session"])
def test_nothing_but_a_post_is_carried(method: str) -> None:
    with carried_by(lambda _: TOOK), pytest.raises(NothingCarriedError):
        getattr(StandIn(), method)("http://ntfy.example")


def test_nothing_is_carried_unless_somebody_carries() -> None:
    with pytest.raises(requests.RequestException):
        StandIn().post("http://ntfy.example")


def test_no_answer_is_a_broken_connection() -> None:
    none = Answer(None, b"", {}, 1, "No answer came in time.")
    with carried_by(lambda _: none), pytest.raises(requests.ConnectionError, match=r"No answer came in time\."):
        StandIn().post("http://ntfy.example")
