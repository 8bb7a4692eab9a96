"""The shortest way from a GS1 Digital Link to where it leads: redirects are answered before Django's handler.

What is no plain redirect (a list, an error, a wrong number to be counted, a serial for who asked for too many) is
Django's matter (dashboards/gs1.py).
"""

import logging
from collections.abc import Iterable
from typing import Final

from django.conf import settings
from django.db import Error

from dashboards.guessing import is_noted
from dashboards.strangers import Application, Environ, StartResponse
from picos.gathering import Gatherer
from picos.gs1.answering import CORS, Redirect, answer, ask, link_header
from picos.gs1.digital_link import PREFIX, DigitalLinkError
from picos.gs1.resolving import find_all

logger = logging.getLogger(__name__)

# Addresses in one statement; more wait for the next.
GROUP: Final = 64
# What Django's middleware adds to a redirect, and a browser heeds there.
_SECURITY: Final = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": settings.SECURE_REFERRER_POLICY}
if settings.SECURE_HSTS_SECONDS:
    _SECURITY["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}"
_HEADERS: Final = [*CORS.items(), *_SECURITY.items(), ("Content-Length", "0")]


class ResolvingFirst:
    """WSGI middleware (PEP 3333) around Django's application."""

    def __init__(self, django: Application) -> None:
        self._django = django
        self._gatherer = Gatherer(find_all, most=GROUP)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        headers = self._redirected(environ) if _is_ours(environ) else None
        if headers is not None:
            start_response("307 Temporary Redirect", headers)
            return [b""]
        return self._django(environ, start_response)

    def _redirected(self, environ: Environ) -> list[tuple[str, str]] | None:
        try:
            question = ask(environ)
            if question.wants_list or (question.link.serial and is_noted(environ)):
                return None
            found = self._gatherer.ask(question.link)
            if found is None or not found.is_known_in_full:
                return None
            answered = answer(question, found)
        except DigitalLinkError:
            return None
        except Error:
            logger.warning("addresses go one by one", exc_info=True)
            return None
        if not isinstance(answered, Redirect):
            return None
        return [("Location", answered.location), ("Link", link_header(question.link)), *_HEADERS]


def _is_ours(environ: Environ) -> bool:
    return bool(environ.get("PATH_INFO", "").startswith(PREFIX)) and environ["REQUEST_METHOD"] in {"GET", "HEAD"}
