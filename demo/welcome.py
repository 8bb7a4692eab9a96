"""What `make up` says when everything works: what to open, and two codes for a phone."""

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from itertools import zip_longest
from pathlib import Path
from typing import Final, TextIO
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import QuerySet

from demo.cast import ANN, HARBOUR, LAMO, PLAYERS, Firm
from demo.sign_in import sign_in_link
from picos import qr
from picos.models import Pico

WIDTH: Final = 80
GAP: Final = 4
# White on black whatever the terminal's own colours are: most readers want dark on light.
BRIGHT, PLAIN = "\x1b[38;5;231;48;5;16m", "\x1b[0m"
# What a second start must be told again.
OWN_PLACES: Final = ("PICO_DATA_DIR", "PORT", "LIVE_PORT", "CALLCENTRE_PORT")
ONLY_HERE: Final = {"localhost", "127.0.0.1", "::1"}
# An address for documentation (RFC 5737): asking for the way there sends nothing.
ELSEWHERE: Final = ("192.0.2.1", 9)


def print_welcome(stream: TextIO) -> None:
    """Writes it; colours only where a terminal reads it. A database that was not seeded gets the links alone."""
    coloured = stream.isatty()
    picos = [pico for pico in (_unclaimed(LAMO), _of_ann(HARBOUR)) if pico]
    lines = [*_links(), "", *_codes(picos, coloured=coloured), *_pages(picos), *_what_happens()]
    stream.write("\n".join(["", *lines, "", ""]))


def _links() -> Iterator[str]:
    yield f"Open {settings.PUBLIC_URL}, or come in as"
    for player in PLAYERS:
        yield ""
        yield f"{player.name}, {player.part}:"
        yield sign_in_link(player)


def _codes(picos: list[Pico], *, coloured: bool) -> Iterator[str]:
    """The codes with what they are beneath, side by side where they fit."""
    blocks = [_block(pico) for pico in picos]
    if sum(len(block[0]) for block in blocks) + GAP * (len(blocks) - 1) > WIDTH:
        for block in blocks:
            yield from _beside([block], coloured=coloured)
            yield ""
    elif blocks:
        yield from _beside(blocks, coloured=coloured)
        yield ""


def _pages(picos: list[Pico]) -> Iterator[str]:
    """The same without a phone."""
    yield from (f"{settings.PUBLIC_URL}{pico.url_path}" for pico in picos)
    yield ""


def _block(pico: Pico) -> list[str]:
    drawn = qr.terminal(pico).splitlines()
    whose = f"{ANN.name}'s: scan it and be answered" if pico.owner else "Nobody's yet: scan and claim it"
    return [*drawn, *(line.ljust(len(drawn[0])) for line in (pico.title, pico.serial, whose))]


def _beside(blocks: list[list[str]], *, coloured: bool) -> Iterator[str]:
    for row in zip_longest(*blocks, fillvalue=""):
        parts = [
            f"{BRIGHT}{part}{PLAIN}" if coloured and part.strip("█▀▄\N{NO-BREAK SPACE}") == "" else part for part in row
        ]
        yield (
            (" " * GAP).join(part or " " * len(block[0]) for part, block in zip(parts, blocks, strict=True)).rstrip(" ")
        )


def _what_happens() -> Iterator[str]:
    yield f"The call centre (port {settings.CALLCENTRE_PORT}) hears of each scan of a modem, looks for an outage"
    yield "in its street, and answers on the page that is open. Its lines follow here."
    if settings.MAIL_IN_FOLDER:
        yield f"Mail leaves nowhere; it lies in {_short(settings.MAIL_DIR)}"
    if urlsplit(settings.PUBLIC_URL).hostname in ONLY_HERE:
        yield ""
        yield "To scan with a phone in your network:"
        for name in OWN_PLACES:
            if name in os.environ:
                yield f"{name}={os.environ[name]} \\"
        yield f"HOST=0.0.0.0 PUBLIC_URL=http://{_own_address() or '<this machine>'}:{settings.PORT} make up"


def _unclaimed(firm: Firm) -> Pico | None:
    return _picos(firm).filter(owner=None).order_by("serial").first()


def _of_ann(firm: Firm) -> Pico | None:
    return _picos(firm).filter(owner__email=ANN.email).order_by("serial").first()


def _picos(firm: Firm) -> "QuerySet[Pico]":
    return Pico.objects.with_product().filter(product__company__slug=firm.slug, product__sku=firm.sku)


def _short(path: Path) -> str:
    """As seen from here, if that is shorter."""
    return min(str(path), os.path.relpath(path), key=len)


def _own_address() -> str:
    """The address of this machine in its network; empty when it is in none."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            probe.connect(ELSEWHERE)
        except OSError:
            return ""
        return str(probe.getsockname()[0])
