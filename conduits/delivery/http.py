"""The one client for addresses that somebody typed in: it connects to vetted ones only, and bounds what comes back.

Where a connection may go is judged three times, each time nearer to the wire: the URL, every answer of the one lookup,
and the very address that a socket is opened for. The last cannot be passed by: aiohttp asks no resolver about literals.
"""

import asyncio
import errno
import socket
import ssl
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from time import perf_counter
from types import TracebackType
from typing import Any, Final, Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from conduits.delivery.addresses import NOT_PUBLIC, WEBHOOK_PORTS, AddressRefused, Network, parse_webhook_url, vet

TOTAL_SECONDS: Final = 15.0
LOOKUP_SECONDS: Final = 2.0
MAX_BODY_BYTES: Final = 64 * 1024
MAX_HEADERS: Final = 64
MAX_HEADER_BYTES: Final = 8190
MAX_ADDRESSES: Final = 8  # tried per name, however many its owner lists
MAX_LOOKUPS: Final = 64  # at once; none can be stopped, and a slow name server may hold one for half a minute
# Shorter than servers' own limits; and idle connections to thousands of endpoints must not eat up file descriptors.
IDLE_SECONDS: Final = 1.0

KEPT_HEADERS: Final = ("content-type", "retry-after")
_OWN_HEADERS: Final = frozenset({"connection", "content-length", "host", "te", "transfer-encoding", "upgrade"})
_TAKEN: Final = range(200, 300)
_REDIRECTED: Final = range(300, 400)

Lookup = Callable[[str], Awaitable[Collection[str]]]
"""Turns a name into IP addresses, or raises OSError."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one request.

    `error` is None exactly when the far end took the message, that is, answered 2xx; else it is a sentence for the
    endpoint's owner. `status` is None when no answer began in time. `body_excerpt` is the raw beginning of the body,
    at most MAX_BODY_BYTES. `headers` has those of KEPT_HEADERS that came.
    """

    status: int | None
    body_excerpt: bytes
    headers: Mapping[str, str]
    duration_ms: int
    error: str | None


class Client:
    """An async context manager around one pool of connections; it belongs to the event loop that it was entered in.

    `allowed` are the operator's networks that may be reached though they are not public, through any port; elsewhere
    only `ports` may be. Concurrency is the caller's to bound.
    """

    def __init__(
        self,
        *,
        allowed: Iterable[Network],
        ports: Collection[int] = WEBHOOK_PORTS,
        lookup: Lookup | None = None,
        tls: ssl.SSLContext | None = None,
        total_seconds: float = TOTAL_SECONDS,
        lookup_seconds: float = LOOKUP_SECONDS,
    ) -> None:
        """Take the limits; nothing is opened yet. Without `tls` the system's certificates are trusted."""
        self._allowed = tuple(allowed)
        self._ports = frozenset(ports)
        self._lookup = lookup
        self._tls = tls
        self._total_seconds = total_seconds
        self._lookup_seconds = lookup_seconds
        self._target = lru_cache(maxsize=4096)(self._vetted_url)

    async def __aenter__(self) -> Self:
        """Open the pool."""
        self._resolver = _VettingResolver(self._lookup or _ThreadedLookup(), self._lookup_seconds, self._vet)
        self._session = aiohttp.ClientSession(
            connector=self._connector(self._resolver),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=self._total_seconds, ceil_threshold=self._total_seconds),
            headers={"accept": "*/*", "accept-encoding": "identity"},
            auto_decompress=False,
            trust_env=False,
            max_line_size=MAX_HEADER_BYTES,
            max_field_size=MAX_HEADER_BYTES,
            max_headers=MAX_HEADERS,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection; what is still under way fails."""
        await self._session.close()
        await self._resolver.close()  # the session closes only one that it made itself

    async def post(self, *, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send one message and say what came of it. Whatever the URL and the far end are like, nothing is raised.

        No redirect is followed and nothing is tried twice. The time limit covers it all, yet a status that came in
        time counts even if its body did not. Headers for host, framing and connection are the client's own: a caller
        who gives them gets a ValueError.
        """
        return await self.request("POST", url=url, body=body, headers=headers)

    async def request(
        self, method: str, *, url: str, body: bytes, headers: Mapping[str, str], largest: int = MAX_BODY_BYTES
    ) -> Answer:
        """The same with any method, and with up to `largest` bytes of the answer."""
        if not _OWN_HEADERS.isdisjoint(map(str.lower, headers)):
            raise ValueError("The client itself sets the headers for host, length and connection.")
        begin = perf_counter()
        excerpt = bytearray()
        status, kept, error = await self._exchange(
            method, url, body=body, headers=headers, excerpt=excerpt, largest=largest
        )
        return Answer(status, bytes(excerpt), kept, round((perf_counter() - begin) * 1000), error)

    async def _exchange(
        self, method: str, url: str, *, body: bytes, headers: Mapping[str, str], excerpt: bytearray, largest: int
    ) -> tuple[int | None, dict[str, str], str | None]:
        status: int | None = None
        kept: dict[str, str] = {}
        try:
            async with self._session.request(
                method, self._target(url), data=body or None, headers=headers, allow_redirects=False
            ) as response:
                status = response.status
                kept = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
                await _read_beginning(response, excerpt, largest)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            if status is None:
                return None, kept, _explain(error)
        return status, kept, _verdict(status)

    def _vetted_url(self, url: str) -> URL:
        destination = parse_webhook_url(url, allowed=self._allowed, ports=self._ports, connecting=True)
        return URL(destination.url, encoded=True)

    def _connector(self, resolver: AbstractResolver) -> aiohttp.TCPConnector:
        return aiohttp.TCPConnector(
            resolver=resolver,
            socket_factory=self._open_socket,
            use_dns_cache=False,
            limit=0,
            keepalive_timeout=IDLE_SECONDS,
            ssl=self._tls or True,
        )

    def _vet(self, address: str, port: int) -> None:
        vet(ip_address(address), port, allowed=self._allowed, ports=self._ports)

    def _open_socket(self, info: tuple[Any, ...]) -> socket.socket:
        """Make the socket for one vetted address. An OSError is the refusal that the connecting code understands."""
        family, kind, protocol, _, target = info
        try:
            self._vet(*target[:2])
        except AddressRefused as refused:
            raise PermissionError(errno.EACCES, refused.reason) from refused
        return socket.socket(family, kind, protocol)


class _VettingResolver(AbstractResolver):
    """Looks a name up once, within a time limit, and refuses it if ANY of its addresses is refused.

    A name that does not exist and one that leads inside are refused alike: the difference would map our network.
    """

    def __init__(self, lookup: Lookup, seconds: float, vet_address: Callable[[str, int], None]) -> None:
        self._lookup = lookup
        self._seconds = seconds
        self._vet = vet_address

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002 - aiohttp asks for both families
    ) -> list[ResolveResult]:
        addresses = await self._addresses(host)
        for address in addresses:
            self._vet(address, port)
        return [_result(host, address, port) for address in addresses[:MAX_ADDRESSES]]

    async def _addresses(self, host: str) -> list[str]:
        try:
            async with asyncio.timeout(self._seconds):
                addresses = list(await self._lookup(host))
        except TimeoutError as error:
            raise AddressRefused("The name could not be looked up in time.") from error
        except OSError as error:
            raise AddressRefused(NOT_PUBLIC) from error
        if not addresses:
            raise AddressRefused(NOT_PUBLIC)
        return addresses

    async def close(self) -> None:
        if isinstance(self._lookup, _ThreadedLookup):
            self._lookup.close()


class _ThreadedLookup:
    """The system's own lookup, in threads of its own; a name that is being looked up is not looked up a second time.

    So a name whose server never answers holds one thread, not all of them.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(MAX_LOOKUPS, thread_name_prefix="lookup")
        self._under_way: dict[str, asyncio.Future[list[str]]] = {}

    async def __call__(self, host: str) -> list[str]:
        lookup = self._under_way.get(host)
        if lookup is None:
            lookup = asyncio.get_running_loop().run_in_executor(self._threads, _system_addresses, host)
            self._under_way[host] = lookup
            lookup.add_done_callback(lambda done: self._forget(host, done))
        return await asyncio.shield(lookup)

    def _forget(self, host: str, done: asyncio.Future[list[str]]) -> None:
        del self._under_way[host]
        if not done.cancelled():
            done.exception()  # whoever asked may have left by now

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _system_addresses(host: str) -> list[str]:
    infos = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return [str(info[4][0]) for info in infos]


def _result(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=flags)


async def _read_beginning(response: aiohttp.ClientResponse, excerpt: bytearray, largest: int) -> None:
    """Read into `excerpt` to the answer's end or to `largest`; leaving a longer one unread cuts its connection."""
    while chunk := await response.content.read(largest - len(excerpt)):
        excerpt += chunk


def _verdict(status: int) -> str | None:
    if status in _TAKEN:
        return None
    if status in _REDIRECTED:
        return f"It answered {status}, a redirect, which is not followed: give the address that it leads to."
    return f"It answered {status}."


_SENTENCES: Final[tuple[tuple[type[Exception], str], ...]] = (
    (AddressRefused, "{error}"),
    (TimeoutError, "No answer came in time."),
    (aiohttp.ClientConnectorCertificateError, "Its TLS certificate is wrong for this name, expired or not trusted."),
    (aiohttp.ClientSSLError, "No TLS connection could be agreed on."),
    (aiohttp.ClientConnectorError, "No connection could be made."),
    (aiohttp.ServerDisconnectedError, "The connection was closed before an answer came."),
    (aiohttp.ClientResponseError, "What it answered is not valid HTTP."),
    (OSError, "The connection broke before an answer came."),
)


def _explain(error: Exception) -> str:
    """Put a failure into a sentence that names no address: the system's message may tell where a name leads to."""
    for kind, sentence in _SENTENCES:
        if isinstance(error, kind):
            return sentence.format(error=error)
    return "The message could not be sent."
