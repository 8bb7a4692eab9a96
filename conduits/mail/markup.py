"""The words of what was written in HTML only: a mail, or a note in somebody's CRM."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final

# Beyond this nobody wrote it by hand.
LONGEST: Final = 100_000
_UNSEEN: Final = {"head", "script", "style", "title"}
_LINES: Final = {"br", "div", "p", "li", "tr", "h1", "h2", "h3", "hr", "blockquote", "ul", "ol", "table"}


class _Words(HTMLParser):
    """Lines as a reader sees them; what is quoted begins with the sign that plain mail has for it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines = [""]
        self._unseen = self._quoted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._unseen += tag in _UNSEEN
        self._quoted += tag == "blockquote"
        if tag in _LINES:
            self._new_line()

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))
        self._quoted = max(0, self._quoted - (tag == "blockquote"))
        if tag in _LINES:
            self._new_line()

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            words = " ".join(data.split())
            spaced = (
                (" " if data[:1].isspace() and self.lines[-1] else "") + words + (" " if data[-1:].isspace() else "")
            )
            self.lines[-1] += spaced

    def _new_line(self) -> None:
        self.lines.append("> " if self._quoted else "")


def _without_comments(html: str) -> Iterator[str]:
    """Also without declarations: what of them has no end takes the parser long, or breaks it."""
    first, *others = html.split("<!--")
    for piece in (first, *(other.partition("-->")[2] for other in others)):
        yield piece.replace("<!", "").replace("<?", "")


def text_of(html: str) -> str:
    """What it says, line by line; never raises."""
    words = _Words()
    words.feed("".join(_without_comments(html[:LONGEST])))
    return "\n".join(line.rstrip() for line in words.lines).strip()
