"""Typed values from the environment; a missing or malformed one stops the start with its name.

Every variable NAME can also be given as NAME_FILE, the path of a file that holds the value, so that
secrets need not stand in the environment.
"""

import ipaddress
import os
import secrets
from pathlib import Path

from environs import FileAwareEnv

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

env = FileAwareEnv()


def networks(name: str) -> list[Network]:
    """Comma-separated CIDRs; empty when unset. A malformed one raises ValueError with the variable's name."""
    try:
        cidrs: list[str] = env.list(name, default=[])
        return [ipaddress.ip_network(cidr.strip()) for cidr in cidrs]
    except ValueError as error:
        message = f"{name}: {error}"
        raise ValueError(message) from error


def secret_kept_in(path: Path) -> str:
    """The secret in the file at `path` (mode 0600), made at the first call. Safe for processes starting at once."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
