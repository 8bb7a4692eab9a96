"""What a GS1-Conformant Resolver answers (1.2): where an address redirects, or the linkset it is answered with.

Nothing here knows of Django's requests: dashboards/gs1.py and dashboards/resolving_first.py are its doors.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from django.conf import settings

from picos.gs1 import linksets
from picos.gs1.choosing import accepts, choose, default_of
from picos.gs1.digital_link import DigitalLink, DigitalLinkError, parse_path, parse_query
from picos.gs1.link_types import named
from picos.gs1.resolving import Found, Level

# Asked for as a link type, it is the list of all links ("all" is its old name).
LISTS: Final = ("linkset", "all")
# On every answer, errors too (section 2.2): scripts of any page may ask, and read what they need.
CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Link, Location, Retry-After",
    "Vary": "Accept, Accept-Language",
    # Links change, and with them the answer.
    "Cache-Control": "no-store",
}
METHODS: Final = "GET, HEAD, OPTIONS"
PREFLIGHT: Final = {
    "Allow": METHODS,
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "Accept, Accept-Language, Content-Type",
    "Access-Control-Max-Age": "86400",
}


@dataclass(frozen=True, slots=True)
class Question:
    """A request. `query` as it was sent; headers are empty when they were not."""

    link: DigitalLink
    query: str
    link_type: str
    accept: str
    accept_language: str

    @property
    def wants_list(self) -> bool:
        """Whether it asks for the linkset instead of being led on (section 2.9)."""
        return self.link_type in LISTS or (
            0 < accepts(self.accept, linksets.MEDIA_TYPE) >= accepts(self.accept, "text/html")
        )


@dataclass(frozen=True, slots=True)
class Redirect:
    """307, to this address."""

    location: str


@dataclass(frozen=True, slots=True)
class Links:
    """200 with all links; 300 with those that fit equally well; 404 with all, as none is of the wanted type."""

    status: int
    levels: list[Level]

    def document(self) -> dict[str, Any]:
        """The same as a linkset."""
        return linksets.linkset(self.levels)


def ask(environ: Mapping[str, Any]) -> Question:
    """What a request of WSGI (PEP 3333) asks. Raises DigitalLinkError."""
    query = environ.get("QUERY_STRING", "")
    link = parse_path(environ["PATH_INFO"])
    return Question(
        link, query, parse_query(query), environ.get("HTTP_ACCEPT", ""), environ.get("HTTP_ACCEPT_LANGUAGE", "")
    )


def answer(question: Question, found: Found | None) -> Redirect | Links:
    """The answer, once it is found what the address names. Raises DigitalLinkError for a guess that was wrong."""
    if found is None or (question.link.is_guess and not found.is_known_in_full):
        raise DigitalLinkError("A slash within a value is written as %2F.")
    levels = found.levels()
    if question.wants_list:
        return Links(200, levels)
    if not question.link_type:
        return Redirect(_led(default_of(levels).href, question.query))
    level, best = choose(
        levels,
        link_type=named(question.link_type) or "",
        accept=question.accept,
        accept_language=question.accept_language,
    )
    if not best:
        return Links(404, levels)
    if len(best) > 1:
        return Links(300, [Level(level.anchor, level.description, tuple(best), None)])
    return Redirect(_led(best[0].href, question.query))


def link_header(link: DigitalLink, *, lists: bool = False) -> str:
    """Where all links are (section 2.9), and what makes JSON-LD of a linkset (2.10)."""
    header = f'<{settings.PUBLIC_URL}{link.path}?linkType=linkset>; rel="linkset"; type="{linksets.MEDIA_TYPE}"'
    if lists:
        header += f', <{linksets.CONTEXT}>; rel="{linksets.CONTEXT_RELATION}"; type="application/ld+json"'
    return header


def _led(href: str, query: str) -> str:
    """The address with the whole query of the request behind its own (section 2.12)."""
    if not query:
        return href
    address, mark, fragment = href.partition("#")
    # WSGI has bytes as Latin-1; what is ASCII stays as it was sent.
    sent = quote(query.encode("latin-1", "replace"), safe=_AS_SENT)
    return f"{address}{'&' if '?' in address else '?'}{sent}{mark}{fragment}"


_AS_SENT = "".join(map(chr, range(0x21, 0x7F)))
