"""A page as its reader has it: the words, the forms to fill in, the links."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

from demo.story.steps import MissedError

# What no reader sees.
_UNSEEN = {"script", "style", "title", "head"}


@dataclass(slots=True)
class Form:
    """A form: where it goes, and what stands in its fields."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Page:
    """What came for a URL (after redirects)."""

    url: str
    status: int
    html: str
    text: str = ""
    forms: list[Form] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    # The attributes by which a page is kept up to date.
    live: Mapping[str, str] = field(default_factory=dict)

    def shows(self, *words: str) -> "Page":
        """The page itself, if all of this can be read on it. Raises MissedError."""
        for wanted in words:
            if wanted not in self.text:
                raise MissedError(f"{self.url} ({self.status}) does not say “{wanted}”")
        return self

    def hides(self, *words: str) -> "Page":
        """The page itself, if none of this can be read on it. Raises MissedError."""
        for kept in words:
            if kept in self.text:
                raise MissedError(f"{self.url} shows “{kept}”")
        return self

    def link(self, part: str) -> str:
        """Where the first link leads that has `part` in it. Raises MissedError."""
        for link in self.links:
            if part in link:
                return link
        raise MissedError(f"{self.url} ({self.status}) has no link to {part}")

    def form(self, *names: str, action: str = "") -> Form:
        """The first form with these fields whose action has `action` in it. Raises MissedError."""
        for form in self.forms:
            if action in form.action and all(name in form.fields for name in names):
                return form
        raise MissedError(f"{self.url} ({self.status}) has no form with {', '.join(names) or 'an action ' + action}")


def read(url: str, status: int, html: str) -> Page:
    """Reads a page or a fragment of one."""
    page = Page(url, status, html)
    reader = _Reader(page)
    reader.feed(html)
    reader.close()
    page.text = " ".join(" ".join(reader.words).split())
    return page


class _Reader(HTMLParser):
    def __init__(self, page: Page) -> None:
        super().__init__()
        self.words: list[str] = []
        self._page = page
        self._form: Form | None = None
        self._textarea = ""
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._unseen += tag in _UNSEEN
        match tag:
            case "form":
                action = urljoin(self._page.url, given.get("action", ""))
                self._form = Form(action, given.get("method", "get"))
                self._page.forms.append(self._form)
            case "input" | "textarea" | "select" if self._form and given.get("name"):
                self._fill(tag, given)
            case "a" if given.get("href"):
                self._page.links.append(urljoin(self._page.url, given["href"]))
            case "img" if given.get("src"):
                self._page.images.append(urljoin(self._page.url, given["src"]))
            case "main":
                self._page.live = {name: value for name, value in given.items() if name.startswith("data-")}

    def _fill(self, tag: str, given: dict[str, str]) -> None:
        """What a browser would send if nothing were touched."""
        assert self._form is not None  # noqa: S101 (the caller has looked)
        name, kind = given["name"], given.get("type", "")
        chosen = kind not in {"radio", "checkbox"} or "checked" in given
        if kind == "checkbox":
            return
        if chosen or name not in self._form.fields:
            self._form.fields[name] = given.get("value", "") if chosen else ""
        if tag == "textarea":
            self._textarea = name

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in _UNSEEN
        if tag == "form":
            self._form = None
        if tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea and self._form:
            self._form.fields[self._textarea] += data
        elif not self._unseen:
            self.words.append(data)
