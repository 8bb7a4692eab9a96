"""A company's end that costs next to nothing: answers each POST with 204. `python -m bench.sink PORT`."""

import asyncio
import sys
from typing import Final

HEADER_END: Final = b"\r\n\r\n"
LENGTH: Final = b"content-length: "
ANSWER: Final = b"HTTP/1.1 204 No Content\r\n\r\n"


class Sink(asyncio.Protocol):
    """One connection, kept alive."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begins with nothing received."""
        self._transport = transport
        self._received = b""

    def data_received(self, data: bytes) -> None:
        """Answers as many requests as came in full."""
        received = self._received + data
        answers = 0
        while (head := received.find(HEADER_END)) >= 0:
            at = received[:head].lower().index(LENGTH) + len(LENGTH)
            end = head + len(HEADER_END) + int(received[at:head].partition(b"\r")[0])
            if len(received) < end:
                break
            received = received[end:]
            answers += 1
        self._received = received
        if answers:
            self._transport.write(ANSWER * answers)  # type: ignore[attr-defined]


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
