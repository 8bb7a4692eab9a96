"""The shortest way from a scan to its page: strangers' scans, recorded in groups and answered before Django's handler.

Most scans are a stranger's: no cookie, no query, a browser that wants HTML. The first such page is Django's own
answer; it is kept as a form, and answers all whose page would be the same but for code and serial. What a form
depends on is read with every scan, as versions of rows, so a page changes with the thing it shows.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import Error
from django.utils.html import escape

from conduits.advisories.standing import MATCHES, STANDS, reaches
from picos import codes
from picos.gathering import Gatherer
from picos.prepared import prepared_cursor
from picos.regions import region_of
from picos.scanning import Scan, record_scans
from picos.visitors import is_looking, visitor_of

logger = logging.getLogger(__name__)

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
Headers = list[tuple[str, str]]

PREFIX = "/P/"
# Scans in one commit; more wait for the next.
GROUP = 64
# How long a group waits for one pico whose turn somebody else has, and a scan for a page that another scan's request is
# having rendered; then each goes Django's way by itself.
PATIENCE = timedelta(milliseconds=200)
# Pages tell how long ago things were written; and what changes without a row having changed is seen after this.
FRESH_SECONDS = 20.0
# Forms of 6 to 20 kB each, in every web process.
MOST_FORMS = 1000

# All that a stranger's page depends on. `xmin` is the transaction that wrote a row's version: it changes with the row.
# A retired one's code may lead to another, which Django finds.
# Of an unclaimed copy that is its product, which changes with its links, too, and its batch where batches have some; of
# one with an owner's words on its page, the copy itself, too. Advisories change with their company's row; which of them
# are about the copy is looked for only where that row says that any stand.
_LOOK = f"""
SELECT pico.code, pico.id, pico.owner_id, product.company_id, pico.serial, pico.status,
       product.id, product.xmin::text, company.xmin::text,
       CASE WHEN loss.id IS NOT NULL OR entry.id IS NOT NULL OR pico.name <> '' THEN pico.id END,
       CASE WHEN pico.name <> '' THEN pico.xmin::text END, CASE WHEN product.batches_have_links THEN pico.batch_id END,
       loss.xmin::text, entry.id, advisories.standing
FROM picos_pico AS pico
JOIN picos_product AS product ON product.id = pico.product_id
JOIN parties_company AS company ON company.id = product.company_id
LEFT JOIN picos_loss AS loss ON pico.status = 'lost' AND loss.pico_id = pico.id AND loss.recovered_at IS NULL
LEFT JOIN LATERAL (
    SELECT entry.id FROM journals_journal AS journal JOIN journals_entry AS entry ON entry.journal_id = journal.id
    WHERE pico.status IN ('claimed', 'lost') AND journal.pico_id = pico.id AND journal.closed_at IS NULL
      AND entry.visibility = 'public'
    ORDER BY entry.id DESC LIMIT 1
) AS entry ON true
LEFT JOIN LATERAL (
    SELECT array_agg(advisory.region || '/' || advisory.id ORDER BY advisory.id) AS standing
    FROM conduits_advisory AS advisory
    WHERE company.advised AND advisory.company_id = company.id AND {STANDS} AND {MATCHES}
) AS advisories ON true
WHERE pico.code = ANY(%b::text[]) AND pico.status <> 'retired'
"""  # noqa: S608 (no value is in it)


@dataclass(frozen=True, slots=True)
class Look:
    """A pico as a stranger sees it. Two of the same version have the same page but for code and serial."""

    id: UUID
    owner_id: UUID | None
    company_id: UUID
    serial: str
    row_versions: tuple[Any, ...]
    # Region and id of each that stands for it.
    advisories: Sequence[str]

    def version(self, region: str) -> tuple[Any, ...]:
        """What the page hangs on for whoever comes from there."""
        shown = [one for one in self.advisories if reaches(one.partition("/")[0], region)]
        return (*self.row_versions, *shown)


@dataclass(frozen=True, slots=True)
class Form:
    """A page with gaps for code and serial."""

    parts: bytes
    headers: Headers
    until: float

    def fill(self, code: str, serial: str) -> bytes:
        """The page of another copy."""
        page = self.parts.replace(_CODE, code.encode()).replace(_SPACED, codes.spaced(code).encode())
        return page.replace(_SERIAL, _shown(serial))


@dataclass(frozen=True, slots=True)
class Visitor:
    """A stranger at a code, and where they asked: forms hold absolute addresses."""

    code: str
    visitor: bytes
    region: str
    place: tuple[str, str, str]


class StrangersFirst:
    """WSGI middleware (PEP 3333) around Django's application."""

    def __init__(self, django: Application) -> None:
        self._django = django
        self._forms: dict[tuple[Any, ...], Form] = {}
        self._learning: dict[tuple[Any, ...], threading.Event] = {}
        self._lock = threading.Lock()
        self._gatherer = Gatherer(self._answer, most=GROUP)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        stranger = _stranger(environ)
        if stranger is None:
            return self._django(environ, start_response)
        try:
            look, page, headers = self._gatherer.ask(stranger)
            if look is not None and page is None and self._is_learnt_by_another(stranger, look):
                look, page, headers = self._gatherer.ask(stranger)
        except Error:
            logger.warning("scans go one by one", exc_info=True)
            return self._django(environ, start_response)
        if page is not None:
            start_response("200 OK", [*headers, ("Content-Length", str(len(page)))])
            return [page]
        if look is None:
            return self._django(environ, start_response)
        try:
            return self._learn(environ, start_response, stranger, look)
        finally:
            self._has_learnt(stranger, look)

    def _is_learnt_by_another(self, stranger: Visitor, look: Look) -> bool:
        """Whether somebody else was at it and is done: after a change, a crowd of scans renders one page, not each."""
        key = (stranger.place, look.version(stranger.region))
        with self._lock:
            learning = self._learning.get(key)
            if learning is None:
                self._learning[key] = threading.Event()
                return False
        return learning.wait(PATIENCE.total_seconds())

    def _has_learnt(self, stranger: Visitor, look: Look) -> None:
        with self._lock:
            learning = self._learning.pop((stranger.place, look.version(stranger.region)), None)
        if learning:
            learning.set()

    def _answer(self, strangers: Sequence[Visitor]) -> list[tuple[Look | None, bytes | None, Headers]]:
        """Records the scans of those whose form is there, and fills it for them."""
        looks = _look([stranger.code for stranger in strangers])
        now = time.monotonic()
        answers: list[tuple[Look | None, bytes | None, Headers]] = []
        scans = []
        for stranger in strangers:
            look = looks.get(stranger.code)
            form = self._forms.get((stranger.place, look.version(stranger.region))) if look else None
            if look is None or form is None or form.until < now:
                answers.append((look, None, []))
                continue
            scans.append(Scan(look.id, look.owner_id, look.company_id, stranger.visitor, region=stranger.region))
            answers.append((look, form.fill(stranger.code, look.serial), form.headers))
        if scans:
            record_scans(scans, patience=PATIENCE)
        return answers

    def _learn(self, environ: Environ, start_response: StartResponse, stranger: Visitor, look: Look) -> Iterable[bytes]:
        """Django's answer, kept as a form unless the thing changed meanwhile."""
        begun: list[Any] = []

        def start(status: str, headers: Headers, *more: Any) -> Any:
            begun[:] = [status, headers]
            return start_response(status, headers, *more)

        answer = self._django(environ, start)
        page = b"".join(answer)
        if close := getattr(answer, "close", None):
            close()
        status, headers = begun
        kept = [(name, value) for name, value in headers if name != "Content-Length"]
        plain = status == "200 OK" and not any(name == "Set-Cookie" for name, _ in kept)
        if plain and _look([stranger.code]).get(stranger.code) == look:
            if len(self._forms) >= MOST_FORMS:
                self._forms.clear()
            parts = page.replace(stranger.code.encode(), _CODE).replace(codes.spaced(stranger.code).encode(), _SPACED)
            parts = parts.replace(_shown(look.serial), _SERIAL)
            self._forms[stranger.place, look.version(stranger.region)] = Form(
                parts, kept, time.monotonic() + FRESH_SECONDS
            )
        return [page]


# No text that a page shows can hold these: PostgreSQL takes no NUL.
_CODE, _SPACED, _SERIAL = b"\0code\0", b"\0spaced\0", b"\0serial\0"


def _shown(serial: str) -> bytes:
    return f'<span class="serial">{escape(serial)}</span>'.encode()


def _stranger(environ: Environ) -> Visitor | None:
    """Who opens a code's page and is surely nobody we know; None leaves it to Django."""
    path: str = environ.get("PATH_INFO", "")
    if not path.startswith(PREFIX) or environ.get("QUERY_STRING") or "HTTP_COOKIE" in environ:
        return None
    if not codes.is_code(code := path[len(PREFIX) :]) or not is_looking(environ):
        return None
    accept = environ.get("HTTP_ACCEPT", "")
    if "html" not in accept or "json" in accept or environ.get("CONTENT_TYPE"):
        return None
    place = (
        environ.get("HTTP_HOST", ""),
        environ.get("wsgi.url_scheme", ""),
        environ.get("HTTP_X_FORWARDED_PROTO", ""),
    )
    return Visitor(code, visitor_of(environ), region_of(environ), place)


def _look(wanted: list[str]) -> dict[str, Look]:
    with prepared_cursor() as cursor:
        cursor.execute(_LOOK, [wanted])
        return {
            code: Look(pico_id, owner_id, company_id, serial, (status, serial != "", *versions), standing or ())
            for code, pico_id, owner_id, company_id, serial, status, *versions, standing in cursor.fetchall()
        }
