"""Typed values from the environment; a malformed one stops the start with its name.

Every variable NAME can also be given as NAME_FILE, the path of a file that holds the value, so that secrets need not
stand in the environment. An empty variable is an unset one. (environs and django-environ would do; the one costs every
process 0.2 s for its validation library, the other takes DEBUG=maybe for a no.)
"""

import ipaddress
import os
import secrets
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import SplitResult, urlsplit

import dj_database_url
from dj_database_url import DBConfig
from django.core.exceptions import ImproperlyConfigured

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LARGEST_PORT = 65_535
_FLAGS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def text(name: str, default: str = "") -> str:
    """The value of NAME, or what stands in the file that NAME_FILE names."""
    if value := os.environ.get(name):
        return value
    if file := os.environ.get(f"{name}_FILE"):
        try:
            return Path(file).read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE: {file} cannot be read ({error.strerror})") from error
    return default


def integer(name: str, default: int, *, smallest: int | None = None) -> int:
    """A whole number."""
    try:
        number = int(text(name) or default)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {text(name)!r} is no whole number") from error
    if smallest is not None and number < smallest:
        raise ImproperlyConfigured(f"{name}: {number} is less than {smallest}")
    return number


def port(name: str, default: int) -> int:
    """A port to listen on."""
    number = integer(name, default)
    if not 0 < number <= LARGEST_PORT:
        raise ImproperlyConfigured(f"{name}: {number} is no port; those are 1 to {LARGEST_PORT}")
    return number


def public_url(name: str, default: str) -> SplitResult:
    """Where people reach this server: scheme, host and perhaps a port, nothing else."""
    written = text(name, default).rstrip("/")
    try:
        url = urlsplit(written)
        sound = url.hostname and url.scheme in {"http", "https"} and (url.port is None or url.port > 0)
    except ValueError:  # odd brackets, or a port that is no number
        sound = False
    if not sound or url.path or url.query or url.fragment or "@" in url.netloc:
        raise ImproperlyConfigured(f"{name}: {written!r} must be http(s)://host[:port] without a path")
    return url


def database(url: str, **options: Any) -> DBConfig:
    """The settings of the PostgreSQL that the URL names. No message has the URL, as it may hold a password."""
    try:
        is_postgres = urlsplit(url).scheme in {"postgres", "postgresql"}
        return dj_database_url.parse(url, **options) if is_postgres else _no_postgres()
    except ValueError as error:  # dj_database_url's own errors are among these
        raise ImproperlyConfigured("DATABASE_URL: it could not be understood") from error


def _no_postgres() -> NoReturn:
    raise ImproperlyConfigured("DATABASE_URL: it must begin with postgres://, as only PostgreSQL is spoken here")


def flag(name: str, *, default: bool) -> bool:
    """1, true, yes, on; or 0, false, no, off."""
    written = text(name).lower()
    if written and written not in _FLAGS:
        raise ImproperlyConfigured(f"{name}: {written!r} is neither yes nor no")
    return _FLAGS[written] if written else default


def words(name: str, default: list[str] | None = None) -> list[str]:
    """Comma-separated values."""
    written = text(name)
    return [word.strip() for word in written.split(",")] if written else default or []


def networks(name: str) -> list[Network]:
    """Comma-separated CIDRs."""
    try:
        return [ipaddress.ip_network(cidr) for cidr in words(name)]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}") from error


def file(name: str) -> Path | None:
    """A file that is there; None when none is named."""
    written = text(name)
    if written and not Path(written).is_file():
        raise ImproperlyConfigured(f"{name}: there is no file {written}")
    return Path(written) if written else None


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
