"""A small MMDB file, after the MaxMind DB format 2.0: IPv4 networks and their records, for tests."""

from ipaddress import IPv4Network
from pathlib import Path
from typing import Any, NamedTuple


class Number(NamedTuple):
    """Unsigned: kind 5 has 16 bits, 6 has 32, 9 has 64."""

    value: int
    kind: int = 5


def _encoded(value: Any) -> bytes:
    match value:
        case str():
            return _head(2, len(value.encode())) + value.encode()
        case Number():
            raw = value.value.to_bytes(8).lstrip(b"\0")
            return _head(value.kind, len(raw)) + raw
        case dict():
            return _head(7, len(value)) + b"".join(_encoded(one) for pair in value.items() for one in pair)
        case list():
            return _head(11, len(value)) + b"".join(map(_encoded, value))
    raise TypeError(value)


def _head(kind: int, size: int) -> bytes:
    assert size < 29
    return bytes([(kind << 5) | size]) if kind < 8 else bytes([size, kind - 7])


def write_mmdb(path: Path, records: dict[str, Any]) -> Path:
    """The file with these networks' records."""
    tree: list[list[Any]] = [[None, None]]
    data = b""
    for network, record in records.items():
        net, node = IPv4Network(network), 0
        bits = f"{int(net.network_address):032b}"[: net.prefixlen]
        for bit in bits[:-1]:
            if tree[node][int(bit)] is None:
                tree.append([None, None])
                tree[node][int(bit)] = len(tree) - 1
            node = tree[node][int(bit)]
        tree[node][int(bits[-1])] = -len(data) - 1
        data += _encoded(record)
    nodes = len(tree)

    def pointer(to: int | None) -> bytes:
        return (nodes if to is None else to if to >= 0 else nodes + 16 + (-to - 1)).to_bytes(3)

    metadata = {
        "node_count": Number(nodes, 6),
        "record_size": Number(24),
        "ip_version": Number(4),
        "database_type": "Test",
        "languages": [],
        "binary_format_major_version": Number(2),
        "binary_format_minor_version": Number(0),
        "build_epoch": Number(1, 9),
        "description": {},
    }
    written = b"".join(pointer(one) for pair in tree for one in pair) + bytes(16) + data
    path.write_bytes(written + b"\xab\xcd\xefMaxMind.com" + _encoded(metadata))
    return path
