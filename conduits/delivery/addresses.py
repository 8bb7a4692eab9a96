"""Which addresses a message may go to: the public internet, and what the operator has listed.

A URL that somebody typed in is a request to open a connection from inside this network. So what is refused here is
everything that is not plainly public, in every spelling that some resolver or socket would understand. Pure: nothing
is looked up.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final
from urllib.parse import quote, urlsplit

import idna

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

WEBHOOK_PORTS: Final = frozenset({80, 443, 8080, 8443})
MAX_URL_LENGTH: Final = 2048
MAX_NAME_LENGTH: Final = 253
MAX_PORT: Final = 65_535

NOT_PUBLIC: Final = "This address does not lead to a server on the public internet."

# IANA's special-purpose registry (RFC 6890 and successors), and what clouds hide among public addresses.
_NOT_PUBLIC_IPV4: Final = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure answers its own machines here, and nobody else
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)

# Everything public in IPv6 lies in here. Outside lie loopback, the IPv4-mapped, -compatible and -translated forms,
# NAT64, unique local, link-local, site-local and multicast addresses.
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
_NOT_PUBLIC_IPV6: Final = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # IETF protocol assignments: Teredo, ORCHID, benchmarking
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "3fff::/20",
    )
)
_NAT64: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_ISATAP_MARKS: Final = frozenset({0x0000_5EFE, 0x0200_5EFE})  # RFC 5214, section 6.1
_TRANSLATED_MARK: Final = 0xFFFF_0000  # ::ffff:0:0:0/96, RFC 2765
_LOW_32_BITS: Final = 0xFFFF_FFFF

_NETLOC: Final = re.compile(r"(?:\[(?P<ipv6>[^\[\]]*)\]|(?P<name>[^\[\]:]+))(?::(?P<port>[0-9]{1,5}))?")
_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_KEPT_IN_PATHS: Final = "!$%&'()*+,/:;=?@[]~"


class AddressRefused(ValueError):  # noqa: N818 - reads as what happened
    """An address that nothing is sent to.

    `reason` is a sentence for whoever typed the address in, and tells nothing about the network that we stand in.
    """

    def __init__(self, reason: str) -> None:
        """Keep the sentence."""
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Destination:
    """A URL that may be tried. `address` is None for a name: where it leads to is judged when it is connected to."""

    url: str
    scheme: str
    host: str
    port: int
    address: Address | None


def is_public(address: Address, allowed: Sequence[Network] = ()) -> bool:
    """Tell whether messages may go to an address: it is public, or in one of the operator's `allowed` networks.

    An IPv6 form with an IPv4 address in it is refused even if that one is public, for nobody needs it. The IPv4-mapped
    form counts as allowed when its IPv4 address is; any other must be allowed itself AND lead to an IPv4 address that
    may be reached. A network's own NAT64 prefix looks like any other: whoever runs one shuts it at the firewall.
    """
    if _is_allowed(address, allowed):
        return True
    if isinstance(address, IPv4Address):
        return not _is_within(address, _NOT_PUBLIC_IPV4)
    return (
        address in _GLOBAL_UNICAST
        and not _is_within(address, _NOT_PUBLIC_IPV6)
        and _embedded_ipv4(address) is None
        and address.scope_id is None
    )


def vet(address: Address, port: int, *, allowed: Sequence[Network], ports: Collection[int] = WEBHOOK_PORTS) -> None:
    """Raise AddressRefused unless messages may go to this address and port; inside `allowed` every port is open.

    Where both are wrong the reason is the address, so that no answer depends on what our own network knows.
    """
    if not is_public(address, allowed):
        raise AddressRefused(NOT_PUBLIC)
    if port not in ports and not _is_allowed(address, allowed):
        raise AddressRefused(_port_closed(ports))


def parse_webhook_url(
    url: str, *, allowed: Sequence[Network], ports: Collection[int] = WEBHOOK_PORTS, connecting: bool = False
) -> Destination:
    """Take a URL apart and judge all of it that can be judged without a lookup, or raise AddressRefused.

    The result's `url` is what to send to: host in ASCII, default port left out, path and query percent-encoded. As the
    URL Standard has it, a host that ends in a number is an IPv4 address, and it must be written in the usual form.
    Whether a NAME leads to a public address is for the connection to say; so is whether it leads inside `allowed`,
    where every port is open. Unless `connecting`, none is believed to lead into a loopback network.
    """
    _refuse_odd_characters(url)
    scheme, netloc, path, query = _split(url)
    match = _NETLOC.fullmatch(netloc)
    if match is None:
        raise AddressRefused("This address has no host that could be understood.")
    host, address = _ipv6_host(match["ipv6"]) if match["name"] is None else _host(match["name"])
    port = _port(match["port"], scheme)
    if address is None:
        _vet_name(host, port, allowed=allowed, ports=ports, connecting=connecting)
    else:
        vet(address, port, allowed=allowed, ports=ports)
    authority = host if port == _DEFAULT_PORTS[scheme] else f"{host}:{port}"
    target = quote(path or "/", safe=_KEPT_IN_PATHS) + (f"?{quote(query, safe=_KEPT_IN_PATHS)}" if query else "")
    return Destination(f"{scheme}://{authority}{target}", scheme, host, port, address)


def _is_allowed(address: Address, allowed: Sequence[Network]) -> bool:
    if not allowed:
        return False
    if isinstance(address, IPv4Address):
        return _is_within(address, allowed)
    if address.ipv4_mapped is not None:
        return _is_within(address.ipv4_mapped, allowed)
    embedded = _embedded_ipv4(address)
    return _is_within(address, allowed) and (embedded is None or is_public(embedded, allowed))


def _is_within(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)


def _embedded_ipv4(address: IPv6Address) -> IPv4Address | None:
    """Unwrap the IPv4 address that a gateway or tunnel would carry packets on to; :: and ::1 hold none."""
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    number = int(address)
    is_low_form = number >> 48 == 0 and number > 1  # compatible ::/96, mapped ::ffff:0:0/96, and between
    is_isatap = (number >> 32) & _LOW_32_BITS in _ISATAP_MARKS
    if is_low_form or number >> 32 == _TRANSLATED_MARK or is_isatap or _is_within(address, _NAT64):
        return IPv4Address(number & _LOW_32_BITS)
    return None


def _refuse_odd_characters(url: str) -> None:
    if len(url) > MAX_URL_LENGTH:
        raise AddressRefused(f"This address is longer than {MAX_URL_LENGTH} characters.")
    if not url.isprintable() or " " in url or "\\" in url:
        raise AddressRefused("This address contains a space, a backslash or an invisible character.")
    if "#" in url:
        raise AddressRefused("Leave out the part that begins with #: no server ever sees it.")


def _split(url: str) -> tuple[str, str, str, str]:
    try:
        parts = urlsplit(url)
    except ValueError as error:  # brackets that do not match, or characters that turn into / ? # @ : when normalised
        raise AddressRefused("This address has no host that could be understood.") from error
    if parts.scheme not in _DEFAULT_PORTS or not url[len(parts.scheme) :].startswith("://"):
        raise AddressRefused("Use an address that begins with https:// or http://.")
    if "@" in parts.netloc:
        raise AddressRefused("Leave out the user name and password: messages are signed instead.")
    return parts.scheme, parts.netloc, parts.path, parts.query


def _ipv6_host(text: str) -> tuple[str, IPv6Address]:
    try:
        address = IPv6Address(text)
    except ValueError as error:
        raise AddressRefused("The part in brackets is not an IPv6 address.") from error
    if address.scope_id is not None:
        raise AddressRefused(NOT_PUBLIC)
    return f"[{address}]", address


def _host(name: str) -> tuple[str, IPv4Address | None]:
    host = _ascii_name(name)
    if not _NUMBER.fullmatch(host.rpartition(".")[2]):
        return host, None
    try:
        return host, IPv4Address(name)
    except ValueError as error:
        raise AddressRefused("Write an IP address as four decimal numbers with dots between.") from error


def _ascii_name(name: str) -> str:
    """Bring a name into the form that the DNS knows (UTS 46). A dot at the end is refused: TLS cannot name it."""
    try:
        host = name.lower() if name.isascii() else idna.encode(name, uts46=True).decode()
    except UnicodeError as error:
        raise AddressRefused("This is not a name that a server can have.") from error
    if len(host) > MAX_NAME_LENGTH or not all(map(_LABEL.fullmatch, host.split("."))):
        raise AddressRefused("This is not a name that a server can have.")
    return host


def _port(text: str | None, scheme: str) -> int:
    port = _DEFAULT_PORTS[scheme] if text is None else int(text)
    if not 0 < port <= MAX_PORT:
        raise AddressRefused(f"A port is a number from 1 to {MAX_PORT}.")
    return port


def _vet_name(name: str, port: int, *, allowed: Sequence[Network], ports: Collection[int], connecting: bool) -> None:
    if name == "localhost" or name.endswith(".localhost"):  # RFC 6761, section 6.3: always loopback
        vet(IPv4Address("127.0.0.1"), port, allowed=allowed, ports=ports)
    elif port not in ports and not any(connecting or not network.is_loopback for network in allowed):
        raise AddressRefused(_port_closed(ports))


def _port_closed(ports: Collection[int]) -> str:
    return f"This port is not open to messages. Use one of {', '.join(map(str, sorted(ports)))}."
