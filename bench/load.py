"""A load generator small enough to share two cores with what it measures: one thread, raw sockets, HTTP/1.1."""

import selectors
import socket
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

HEADER_END = b"\r\n\r\n"
LENGTH = b"content-length:"


class LoadError(Exception):
    """The server answered something else than a page; the message is how that began."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a load. `latencies` in seconds, sorted."""

    seconds: float
    latencies: list[float]

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.latencies) / self.seconds

    def percentile(self, percent: float) -> float:
        """A latency in milliseconds that `percent` of the answers kept within."""
        return self.latencies[min(len(self.latencies) - 1, int(len(self.latencies) * percent / 100))] * 1000

    def figures(self) -> dict[str, float]:
        """As printed."""
        return {
            "per_second": round(self.rate),
            "p50_ms": round(self.percentile(50), 2),
            "p99_ms": round(self.percentile(99), 2),
            "requests": len(self.latencies),
        }


@dataclass(slots=True, eq=False)
class Connection:
    """An open one, and what it is being answered."""

    socket: socket.socket
    sent_at: float = 0.0
    received: bytearray = field(default_factory=bytearray)
    wanted: int = 0


def get(path: str, *, host: str, **headers: str) -> bytes:
    """A GET request as a browser sends it."""
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def post(path: str, body: str, *, host: str, **headers: str) -> bytes:
    """A POST request of JSON."""
    given = {"Content-Type": "application/json", "Content-Length": str(len(body.encode())), **headers}
    return get(path, host=host, **given).replace(b"GET", b"POST", 1) + body.encode()


def connect(*, port: int) -> Connection:
    """A connection that is kept alive."""
    opened = socket.create_connection(("127.0.0.1", port))
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Connection(opened)


def ask_at_once(connections: Sequence[Connection], requests: Sequence[bytes], *, status: int = 200) -> list[str]:
    """What each connection is answered; all are asked before the first is read. Raises LoadError like `load`."""
    for connection, request in zip(connections, requests, strict=True):
        _send(connection, request)
    for connection in connections:
        while not _receive(connection, b"HTTP/1.1 %d" % status):
            pass
    return [connection.received.partition(HEADER_END)[2].decode() for connection in connections]


def load(requests: Iterable[bytes], *, port: int, connections: int, seconds: float, status: int = 200) -> Result:
    """Sends the requests over kept-alive connections, one at a time on each, for `seconds` at most.

    Raises LoadError at the first answer of another status.
    """
    queue: Iterator[bytes] = iter(requests)
    latencies: list[float] = []
    with selectors.DefaultSelector() as selector:
        for _ in range(connections):
            opened = connect(port=port)
            selector.register(opened.socket, selectors.EVENT_READ, opened)
        begin = time.perf_counter()
        for key in list(selector.get_map().values()):
            _send(key.data, next(queue))
        end = begin + seconds
        busy = connections
        while busy:
            for key, _ in selector.select():
                connection: Connection = key.data
                if not _receive(connection, b"HTTP/1.1 %d" % status):
                    continue
                now = time.perf_counter()
                latencies.append(now - connection.sent_at)
                following: Any = next(queue, None) if now < end else None
                if following is None:
                    busy -= 1
                    selector.unregister(connection.socket)
                    connection.socket.close()
                else:
                    _send(connection, following)
        taken = time.perf_counter() - begin
    return Result(taken, sorted(latencies))


def paced(requests: Iterable[bytes], *, port: int, rate: float, connections: int, status: int = 200) -> list[float]:
    """Sends the requests, `rate` a second however slow the answers are, and returns when each was due, by the clock
    `time.monotonic`. As many wait for an answer at a time as there are connections; a request beyond these goes late.

    Raises LoadError at the first answer of another status.
    """
    idle = [connect(port=port) for _ in range(connections)]
    due = time.monotonic()
    times: list[float] = []
    with selectors.DefaultSelector() as selector:
        for opened in idle:
            selector.register(opened.socket, selectors.EVENT_READ, opened)

        def receive(within: float) -> None:
            for key, _ in selector.select(max(0.0, within)):
                if _receive(key.data, b"HTTP/1.1 %d" % status):
                    idle.append(key.data)

        for request in requests:
            while not idle or time.monotonic() < due:
                receive(due - time.monotonic() if idle else 1.0)
            times.append(due)
            _send(idle.pop(), request)
            due += 1 / rate
        while len(idle) < connections:
            receive(1.0)
        for opened in idle:
            opened.socket.close()
    return times


def _send(connection: Connection, request: bytes) -> None:
    connection.received.clear()
    connection.wanted = 0
    connection.sent_at = time.perf_counter()
    connection.socket.sendall(request)


def _receive(connection: Connection, begins: bytes) -> bool:
    """Whether the answer is there in full."""
    chunk = connection.socket.recv(65536)
    if not chunk:
        message = "the server closed a connection"
        raise LoadError(message)
    received = connection.received
    received += chunk
    if not connection.wanted:
        head = received.find(HEADER_END)
        if head < 0:
            return False
        if not received.startswith(begins):
            raise LoadError(bytes(received[:300]))
        at = received[:head].lower().index(LENGTH) + len(LENGTH)
        connection.wanted = head + len(HEADER_END) + int(received[at : received.find(b"\r", at)])
    return len(received) >= connection.wanted
