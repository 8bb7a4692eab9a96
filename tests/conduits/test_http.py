"""The client against real servers on the loopback: hostile ones, slow ones, and names that lead inside."""

import asyncio
import datetime as dt
import gzip
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from yarl import URL

import conduits.delivery.http
from conduits.delivery.addresses import NOT_PUBLIC
from conduits.delivery.http import MAX_BODY_BYTES, Answer, Client, Lookup

LOOPBACK = ip_network("127.0.0.0/8")
ONLY_THE_SINK = ip_network("127.0.0.1/32")
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Type: text/plain\r\nX-Other: 1\r\n\r\ndone"

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Sink:
    """A server on the loopback that keeps what it is sent. It ends once the client has left every connection."""

    port: int = 0
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    serving: list[asyncio.Task[None]] = field(default_factory=list)

    def url(self, host: str = "127.0.0.1", scheme: str = "http") -> str:
        """Where it listens, under a name or in a spelling of the test's choice."""
        return f"{scheme}://{host}:{self.port}/hook"


def says(answer: bytes) -> Behaviour:
    async def behave(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    return behave


def says_and_hangs(answer: bytes) -> Behaviour:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await reader.read()

    return behave


def drips(beginning: bytes) -> Behaviour:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(beginning)
        while not reader.at_eof():
            writer.write(b"x")
            with suppress(TimeoutError):
                await asyncio.wait_for(reader.read(1), 0.01)

    return behave


def floods(beginning: bytes, rest: bytes) -> Behaviour:
    async def behave(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(beginning)
        while True:
            writer.write(rest)
            await writer.drain()

    return behave


async def read_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return head + await reader.readexactly(length)


@asynccontextmanager
async def listening(behave: Behaviour, tls: ssl.SSLContext | None = None) -> AsyncIterator[Sink]:
    sink = Sink()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sink.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                sink.requests.append(await read_request(reader))
                await behave(reader, writer)
        writer.close()
        with suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sink.serving.append(asyncio.create_task(serve(reader, writer)))

    server = await asyncio.start_server(begin, "127.0.0.1", ssl=tls)
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        server.close()
        await asyncio.wait_for(asyncio.gather(*sink.serving), 5)


def answers(*addresses: str) -> Lookup:
    async def lookup(_: str) -> tuple[str, ...]:
        return addresses

    return lookup


async def post(client: Client, url: str, **headers: str) -> Answer:
    return await client.post(url=url, body=b"{}", headers={"content-type": "application/json"} | headers)


def run(coroutine: Coroutine[None, None, None]) -> None:
    """Run a test's body to its end, and fail on whatever the loop would otherwise only log."""
    complaints: list[object] = []

    async def watched() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        await coroutine

    asyncio.run(watched())
    assert complaints == []


def exchange(behave: Behaviour, *, total_seconds: float = 5) -> tuple[Answer, Sink]:
    """Post once to a server that behaves like that."""
    outcome: list[tuple[Answer, Sink]] = []

    async def body() -> None:
        async with listening(behave) as sink, Client(allowed=[LOOPBACK], total_seconds=total_seconds) as client:
            outcome.append((await post(client, sink.url()), sink))

    run(body())
    return outcome[0]


def test_a_message_arrives_as_it_was_given_and_the_answer_comes_back() -> None:
    answer, sink = exchange(says(OK))
    assert (answer.status, answer.body_excerpt, answer.error) == (200, b"done", None)
    assert answer.headers == {"content-type": "text/plain"}
    assert 0 <= answer.duration_ms < 5000
    head, _, body = sink.requests[0].partition(b"\r\n\r\n")
    assert body == b"{}"
    assert sorted(head.lower().split(b"\r\n")) == sorted(
        [
            b"post /hook http/1.1",
            b"host: 127.0.0.1:%d" % sink.port,
            b"accept: */*",
            b"accept-encoding: identity",
            b"content-type: application/json",
            b"content-length: 2",
            next(line for line in head.lower().split(b"\r\n") if line.startswith(b"user-agent: ")),
        ]
    )


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_failure_and_is_not_followed(status: int) -> None:
    answer, sink = exchange(says(b"HTTP/1.1 %d X\r\nLocation: /hook\r\nContent-Length: 0\r\n\r\n" % status))
    assert answer.status == status
    assert answer.error is not None
    assert "redirect" in answer.error
    assert len(sink.requests) == 1


def test_a_refusal_tells_when_to_come_back() -> None:
    answer, _ = exchange(says(b"HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n"))
    assert (answer.status, answer.headers, answer.error) == (503, {"retry-after": "120"}, "It answered 503.")


def test_an_endless_answer_and_its_connection_are_cut_at_64_kilobytes() -> None:
    async def body() -> None:
        endless = floods(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 10_000)
        async with listening(endless) as sink, Client(allowed=[LOOPBACK]) as client:
            answer = await post(client, sink.url())
            await asyncio.wait_for(sink.serving[0], 5)
        assert (answer.status, answer.error) == (200, None)
        assert answer.body_excerpt == b"x" * MAX_BODY_BYTES

    run(body())


def test_an_answer_of_exactly_64_kilobytes_comes_whole() -> None:
    body = b"x" * MAX_BODY_BYTES
    answer, _ = exchange(says(b"HTTP/1.1 200 OK\r\nContent-Length: 65536\r\n\r\n" + body))
    assert answer.body_excerpt == body


def test_a_compressed_bomb_stays_packed() -> None:
    bomb = gzip.compress(bytes(20_000_000))
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    answer, _ = exchange(says(head + bomb))
    assert answer.body_excerpt == bomb[:MAX_BODY_BYTES]


@pytest.mark.parametrize(
    "behave",
    [
        floods(b"HTTP/1.1 200 OK\r\n", b"X-More: 1\r\n"),
        floods(b"HTTP/1.1 200 OK\r\nX-Long: ", b"x" * 1000),
        floods(b"HTTP/1.1 200 ", b"x" * 1000),
        says(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"),
        says(b"HTTP/1.1 200 OK\r\nContent-Length: nine\r\n\r\n"),
    ],
)
def test_headers_without_end_and_what_is_not_http_are_given_up(behave: Behaviour) -> None:
    answer, _ = exchange(behave)
    assert (answer.status, answer.error) == (None, "What it answered is not valid HTTP.")


@pytest.mark.parametrize(
    "behave",
    [says_and_hangs(b""), says_and_hangs(b"HTTP/1.1 200 OK\r\n"), drips(b"HTTP/1.1 200 OK\r\nX-Slow: ")],
)
def test_an_answer_that_does_not_begin_in_time_is_given_up_though_bytes_keep_coming(behave: Behaviour) -> None:
    answer, _ = exchange(behave, total_seconds=0.2)
    assert (answer.status, answer.error) == (None, "No answer came in time.")
    assert 150 <= answer.duration_ms < 2000


def test_a_status_that_came_in_time_counts_though_the_rest_did_not() -> None:
    answer, _ = exchange(drips(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n"), total_seconds=0.2)
    assert (answer.status, answer.error) == (200, None)
    assert set(answer.body_excerpt) == set(b"x")
    assert answer.duration_ms < 2000


def test_a_connection_that_is_closed_without_an_answer_is_a_failure_and_nothing_is_sent_twice() -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    answer, sink = exchange(hang_up)
    assert (answer.status, answer.error) == (None, "The connection was closed before an answer came.")
    assert len(sink.requests) == 1


def test_a_refused_connection_is_told_without_the_address() -> None:
    async def body() -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
            async with Client(allowed=[LOOPBACK], lookup=answers("127.0.0.1")) as client:
                answer = await post(client, f"http://crm.example:{port}/")
        assert (answer.status, answer.error) == (None, "No connection could be made.")

    run(body())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]", "[::127.0.0.1]"])
def test_an_address_from_inside_is_refused_and_never_connected_to(host: str) -> None:
    async def body() -> None:
        async with listening(says(OK)) as sink, Client(allowed=[]) as client:
            answer = await post(client, sink.url(host))
        assert answer.status is None
        assert answer.error is not None
        assert sink.connections == 0

    run(body())


# Ways to write an address of this machine, or what some gateway or stack would carry there.
FORMS_OF_THIS_MACHINE = (
    *("127.0.0.1", "127.0.0.1.", "127.0.0.01", "127.1", "127.0.1", "127.00.00.01", "127.255.255.254", "127.0.0.2"),
    *("0", "0.0.0.0", "0x0", "0.0", "00.0.0.0"),
    *("2130706433", "0x7f000001", "0X7F000001", "017700000001", "0177.0.0.1", "0177.0.1", "0x7f.1", "0x7f.0x0.0x0.0x1"),
    *("127.0x1", "4294967297", "340282366920938463463374607431768211457", "127%2e0%2e0%2e1", "%31%32%37.0.0.1"),
    *("１２７.０.０.１", "127。0。0。1", "①②⑦.⓪.⓪.①", "١٢٧.٠.٠.١", "127．0．0．1", "127｡0｡0｡1"),
    *("[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::0001]", "[::1%25lo]", "[::1%lo]", "[fe80::1%25lo]"),
    *("[::127.0.0.1]", "[::7f00:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:0001]"),
    *("[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2002:7f00:1::1]"),
    *("[2001:0:7f00:1::80ff:fffe]", "[2a00:1450::5efe:127.0.0.1]", "[2a00:1450::200:5efe:7f00:1]"),
    *("[fec0::1]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[100::1]", "[2001:db8::1]"),
    *("localhost", "LOCALHOST", "localhost.", "db.localhost", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "locaｌhost", "localhost%00.example"),
    *("me@127.0.0.1", "crm.example@127.0.0.1", "crm.example#@127.0.0.1", "crm.example\\@127.0.0.1"),
    *("127.0.0.1\t", "\n127.0.0.1", "127.0.0.1\x00", "crm.example／@127.0.0.1", "127.0.0.1?@crm.example/"),
)


def test_no_form_of_this_machine_s_address_connects() -> None:
    """Past the first look at the URL, with every port open, and with a resolver that says yes to anything."""
    assert len(FORMS_OF_THIS_MACHINE) > 40

    async def body() -> None:
        ports = range(1, 65536)
        async with (
            listening(says(OK)) as sink,
            Client(allowed=[], ports=ports, lookup=answers("127.0.0.1")) as named,
            Client(allowed=[], ports=ports) as asking_the_system,
        ):
            for host in FORMS_OF_THIS_MACHINE:
                for client in (named, asking_the_system):
                    answer = await post(client, sink.url(host))
                    assert answer.status is None, host
                    assert answer.error, host
            assert sink.connections == 0

    run(body())


@pytest.mark.parametrize(
    "addresses",
    [
        ("127.0.0.1",),
        ("93.184.215.14", "127.0.0.1"),
        ("127.0.0.1", "93.184.215.14"),
        ("2606:4700::1111", "::ffff:127.0.0.1"),
        ("93.184.215.14", *["93.184.215.14"] * 20, "10.0.0.1"),
        (),
    ],
)
def test_a_name_is_refused_if_any_of_its_addresses_is(addresses: tuple[str, ...]) -> None:
    async def body() -> None:
        ports = range(1, 65536)
        async with (
            listening(says(OK)) as sink,
            Client(allowed=[], ports=ports, lookup=answers(*addresses)) as client,
        ):
            answer = await post(client, sink.url("crm.example"))
        assert (answer.status, answer.error) == (None, NOT_PUBLIC)
        assert sink.connections == 0

    run(body())


def test_a_name_that_does_not_exist_is_refused_like_one_that_leads_inside() -> None:
    async def nowhere(_: str) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async def body() -> None:
        async with (
            Client(allowed=[], lookup=nowhere) as missing,
            Client(allowed=[], lookup=answers("10.0.0.1")) as inside,
        ):
            first = await post(missing, "http://db.corp/")
            second = await post(inside, "http://db.corp/")
        assert first.error == second.error == NOT_PUBLIC

    run(body())


def test_a_name_s_port_outside_the_allow_list_is_refused_when_connecting() -> None:
    async def body() -> None:
        async with Client(allowed=[LOOPBACK], lookup=answers("93.184.215.14")) as client:
            answer = await post(client, "http://crm.example:5432/")
        assert answer.error == "This port is not open to messages. Use one of 80, 443, 8080, 8443."

    run(body())


def test_a_name_that_leads_elsewhere_the_second_time_is_refused() -> None:
    asked: list[str] = []

    async def rebinding(host: str) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    async def body() -> None:
        closing = OK.replace(b"X-Other: 1", b"Connection: close")
        async with listening(says(closing)) as sink, Client(allowed=[ONLY_THE_SINK], lookup=rebinding) as client:
            first = await post(client, sink.url("crm.example"))
            assert asked == ["crm.example"]
            second = await post(client, sink.url("crm.example"))
        assert (first.status, first.error) == (200, None)
        assert (second.status, second.error) == (None, NOT_PUBLIC)
        assert asked == ["crm.example", "crm.example"]
        assert sink.connections == 1
        assert b"\r\nhost: crm.example:%d\r\n" % sink.port in sink.requests[0].lower()

    run(body())


class Resolver(asyncio.DatagramProtocol):
    """A name server on the loopback that gives each question for an A record the next of its answers, with TTL 0."""

    def __init__(self, *addresses: str) -> None:
        self.left = list(addresses)
        self.asked = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """RFC 1035, section 4.1: the question comes back, and an answer that points at its name."""
        self.asked += 1
        address = self.left.pop(0) if len(self.left) > 1 else self.left[0]
        header = data[:2] + b"\x81\x80" + b"\x00\x01\x00\x01\x00\x00\x00\x00"
        record = b"\xc0\x0c\x00\x01\x00\x01" + bytes(4) + b"\x00\x04" + socket.inet_aton(address)
        self.transport.sendto(header + data[12:] + record, addr)  # type: ignore[attr-defined]


@asynccontextmanager
async def resolving(*addresses: str) -> AsyncIterator[tuple[Resolver, Lookup]]:
    """The name server, and a lookup that really asks it."""
    loop = asyncio.get_running_loop()
    transport, resolver = await loop.create_datagram_endpoint(lambda: Resolver(*addresses), local_addr=("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]

    async def lookup(host: str) -> list[str]:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.setblocking(False)  # noqa: FBT003 (the socket's own)
            labels = b"".join(bytes([len(label)]) + label.encode() for label in host.split("."))
            question = b"\x2a\x2a\x01\x00\x00\x01" + bytes(6) + labels + b"\x00\x00\x01\x00\x01"
            await loop.sock_sendto(asking, question, ("127.0.0.1", port))
            answer = await asyncio.wait_for(loop.sock_recv(asking, 512), 5)
        return [socket.inet_ntoa(answer[-4:])]

    try:
        yield resolver, lookup
    finally:
        transport.close()


@pytest.mark.parametrize("inside", ["127.0.0.2", "10.0.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"])
def test_a_name_whose_server_rebinds_it_between_looking_and_connecting_leads_nowhere(inside: str) -> None:
    """DNS rebinding by a real name server: what is connected to is the very answer that was looked at."""

    async def body() -> None:
        async with listening(says(OK)) as sink, resolving("127.0.0.1", inside) as (resolver, lookup):
            for expected in ((200, None), (None, NOT_PUBLIC), (None, NOT_PUBLIC)):
                async with Client(allowed=[ONLY_THE_SINK], lookup=lookup) as client:
                    answer = await post(client, sink.url("rebinding.example"))
                assert (answer.status, answer.error) == expected
            # One question for each message: there is no second answer that could lead elsewhere.
            assert (resolver.asked, sink.connections) == (3, 1)

    run(body())


def test_a_connection_is_kept_for_the_next_message_to_the_same_place() -> None:
    asked: list[str] = []

    async def lookup(host: str) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    async def body() -> None:
        async with listening(says(OK)) as sink, Client(allowed=[LOOPBACK], lookup=lookup) as client:
            for _ in range(3):
                assert (await post(client, sink.url("crm.example"))).status == 200
        assert (sink.connections, len(sink.requests), len(asked)) == (1, 3, 1)

    run(body())


def test_the_socket_itself_is_guarded_should_all_else_let_an_address_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Client, "_vetted_url", lambda _, url: URL(url))

    async def body() -> None:
        async with listening(says(OK)) as sink, Client(allowed=[]) as client:
            answer = await post(client, sink.url("127.0.0.1"))
        assert (answer.status, answer.error) == (None, "No connection could be made.")
        assert sink.connections == 0

    run(body())


def test_a_lookup_that_takes_too_long_is_given_up() -> None:
    async def stuck(_: str) -> list[str]:
        await asyncio.get_running_loop().create_future()
        return []

    async def body() -> None:
        async with Client(allowed=[], lookup=stuck, lookup_seconds=0.05) as client:
            answer = await post(client, "https://crm.example/")
        assert (answer.status, answer.error) == (None, "The name could not be looked up in time.")

    run(body())


def test_a_name_is_looked_up_once_for_all_who_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    started, goes_on = threading.Event(), threading.Event()

    def slow_lookup(host: str) -> list[str]:
        asked.append(host)
        started.set()
        assert goes_on.wait(5)
        return ["127.0.0.1"]

    async def let_go() -> None:
        await asyncio.to_thread(started.wait)
        goes_on.set()

    async def body() -> None:
        async with listening(says(OK)) as sink, Client(allowed=[LOOPBACK]) as client:
            posts = [post(client, sink.url("crm.example")) for _ in range(5)]
            *outcomes, _ = await asyncio.gather(*posts, let_go())
        assert [answer.status for answer in outcomes if answer] == [200] * 5
        assert asked == ["crm.example"]

    monkeypatch.setattr(conduits.delivery.http, "_system_addresses", slow_lookup)
    run(body())


def test_a_client_closes_in_peace_while_a_lookup_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    goes_on = threading.Event()

    def stuck_lookup(_: str) -> list[str]:
        goes_on.wait(5)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure")

    async def body() -> None:
        async with Client(allowed=[], lookup_seconds=0.05) as client:
            answer = await post(client, "https://crm.example/")
        assert answer.error == "The name could not be looked up in time."

    monkeypatch.setattr(conduits.delivery.http, "_system_addresses", stuck_lookup)
    run(body())
    goes_on.set()
    for thread in threading.enumerate():
        if thread.name.startswith("lookup"):
            thread.join(5)
    assert caplog.messages == []


def test_the_system_s_own_lookup_finds_this_machine() -> None:
    assert {"127.0.0.1", "::1"} & set(conduits.delivery.http._system_addresses("localhost"))


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async def body() -> None:
        async with listening(says(OK)) as sink, listening(says(OK)) as proxy, Client(allowed=[LOOPBACK]) as client:
            monkeypatch.setenv("HTTP_PROXY", proxy.url())
            monkeypatch.setenv("http_proxy", proxy.url())
            assert (await post(client, sink.url())).status == 200
        assert (sink.connections, proxy.connections) == (1, 0)

    run(body())


def test_no_cookie_comes_back() -> None:
    async def body() -> None:
        baker = OK.replace(b"X-Other: 1", b"Set-Cookie: a=b")
        async with listening(says(baker)) as sink, Client(allowed=[LOOPBACK], lookup=answers("127.0.0.1")) as client:
            for _ in range(2):
                await post(client, sink.url("crm.example"))
        assert len(sink.requests) == 2
        assert b"cookie" not in sink.requests[1].lower()

    run(body())


@pytest.mark.parametrize("name", ["Host", "content-length", "Transfer-Encoding", "Connection"])
def test_a_caller_cannot_set_the_client_s_own_headers(name: str) -> None:
    async def body() -> None:
        async with Client(allowed=[]) as client:
            with pytest.raises(ValueError, match="The client itself"):
                await post(client, "https://crm.example/", **{name: "x"})

    run(body())


def test_a_header_cannot_bring_another_along() -> None:
    async def body() -> None:
        async with listening(says(OK)) as sink, Client(allowed=[LOOPBACK]) as client:
            answer = await post(client, sink.url(), **{"x-note": "a\r\nx-evil: 1"})
        assert (answer.status, answer.error) == (None, "The message could not be sent.")
        assert sink.requests == []

    run(body())


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Make a certificate for one name; return what its server needs and what a client that trusts it needs."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, SHA256())
    )
    file = folder / "server.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + made.public_bytes(Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cadata=made.public_bytes(Encoding.PEM).decode())


def test_tls_asks_for_the_name_and_checks_it(tmp_path: Path) -> None:
    server, trusting = certificate(tmp_path, "crm.example")
    named: list[str | None] = []
    server.sni_callback = lambda _, name, __: named.append(name)

    async def body() -> None:
        async with (
            listening(says(OK), server) as sink,
            Client(allowed=[LOOPBACK], lookup=answers("127.0.0.1"), tls=trusting) as client,
        ):
            right = await post(client, sink.url("crm.example", "https"))
            wrong = await post(client, sink.url("other.example", "https"))
        assert (right.status, right.error) == (200, None)
        assert (wrong.status, wrong.error) == (
            None,
            "Its TLS certificate is wrong for this name, expired or not trusted.",
        )
        assert named == ["crm.example", "other.example"]
        assert len(sink.requests) == 1

    run(body())


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(tmp_path: Path) -> None:
    server, _ = certificate(tmp_path, "crm.example")

    async def body() -> None:
        async with (
            listening(says(OK), server) as sink,
            Client(allowed=[LOOPBACK], lookup=answers("127.0.0.1")) as client,
        ):
            answer = await post(client, sink.url("crm.example", "https"))
        assert answer.error == "Its TLS certificate is wrong for this name, expired or not trusted."
        assert sink.requests == []

    run(body())
