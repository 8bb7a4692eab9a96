"""A company's end that costs next to nothing: answers each POST with 204. `python -m bench.sink PORT`.

By path it may be an end that is not well: /failing answers 500, /slow after SLOW seconds, /hung never. A GET is
answered with what came to the others since the one before: `[[when, body], …]`, by the clock `time.monotonic`, which
all processes of a machine share.
"""

import asyncio
import json
import sys
import time
from typing import Final

HEADER_END: Final = b"\r\n\r\n"
LENGTH: Final = b"content-length: "
ANSWER: Final = b"HTTP/1.1 204 No Content\r\n\r\n"
FAILURE: Final = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"
SLOW: Final = 2.0
# Of the newest, so that a long run does not fill the memory.
MOST: Final = 100_000

seen: list[tuple[float, bytes]] = []


class Sink(asyncio.Protocol):
    """One connection, kept alive."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begins with nothing received."""
        self._transport = transport
        self._received = b""

    def data_received(self, data: bytes) -> None:
        """Answers as many requests as came in full."""
        received = self._received + data
        answers = b""
        now = time.monotonic()
        while (head := received.find(HEADER_END)) >= 0:
            begin = head + len(HEADER_END)
            if received.startswith(b"GET"):
                answers += _told()
                received = received[begin:]
                continue
            at = received[:head].lower().index(LENGTH) + len(LENGTH)
            end = begin + int(received[at:head].partition(b"\r")[0])
            if len(received) < end:
                break
            if received.startswith((b"POST /failing", b"POST /slow", b"POST /hung")):
                answers += self._answer_badly(received)
            else:
                if len(seen) < MOST:
                    seen.append((now, received[begin:end]))
                answers += ANSWER
            received = received[end:]
        self._received = received
        if answers:
            self._transport.write(answers)  # type: ignore[attr-defined]

    def _answer_badly(self, request: bytes) -> bytes:
        if request.startswith(b"POST /slow"):
            asyncio.get_running_loop().call_later(SLOW, self._transport.write, ANSWER)  # type: ignore[attr-defined]
        return FAILURE if request.startswith(b"POST /failing") else b""


def _told() -> bytes:
    body = json.dumps([(when, text.decode()) for when, text in seen]).encode()
    seen.clear()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
