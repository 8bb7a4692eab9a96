"""The application as a server calls it."""

from collections.abc import Callable
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest

from config.wsgi import application


def status_of(query: str, content_type: str) -> str:
    """The status line of a GET of /healthz."""
    environ: dict[str, Any] = {"PATH_INFO": "/healthz", "QUERY_STRING": query, "CONTENT_TYPE": content_type}
    setup_testing_defaults(environ)
    started: list[str] = []

    def start(status: str, *_: object) -> Callable[[bytes], object]:
        started.append(status)
        return bytes

    answer: Any = application(environ, start)
    b"".join(answer)
    answer.close()
    return started[0]


@pytest.mark.parametrize("charset", ["utf-8", "zlib", "hex", "rot13", "undefined", "idna", "no such", "utf-16"])
@pytest.mark.parametrize("query", ["", "a=b", "a=%ff&b=\xff"])
@pytest.mark.django_db
def test_a_charset_that_a_client_names_makes_no_error(charset: str, query: str) -> None:
    assert status_of(query, f"text/plain; charset={charset}") == "200 OK"
