"""Reads a page as a browser and a screen reader would, and says what is wrong with its HTML."""

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"br", "hr", "img", "input", "link", "meta"}
# What a browser would end an open <p> for.
BLOCKS = {"div", "dl", "fieldset", "form", "h1", "h2", "h3", "header", "main", "nav", "ol", "p", "pre", "section"}
BLOCKS |= {"table", "ul", "aside", "details"}
# Which of a page's own ids an attribute names.
REFERENCES = ("for", "aria-describedby", "aria-labelledby", "form")
# What a browser loads, or sends to, by itself or at a press of a button.
LOADING = {"img": "src", "script": "src", "link": "href", "form": "action", "iframe": "src", "source": "src"}
INLINE = {"a", "b", "code", "em", "span", "strong", "time"}
UNNAMED = {"hidden", "submit"}


@dataclass(eq=False)
class Element:
    """One element, with the words inside it."""

    tag: str
    attributes: dict[str, str]
    parent: "Element | None"
    words: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def inside(self, tag: str) -> bool:
        above = self.parent
        while above and above.tag != tag:
            above = above.parent
        return above is not None


class Markup(HTMLParser):
    """`faults` lists what is wrong; the rest is there to be asked."""

    def __init__(self, html: str, *, whole: bool = True) -> None:
        self._is_whole = whole
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.faults: list[str] = []
        self._open: list[Element] = []
        self.feed(html)
        self.close()
        self.faults += [f"<{element.tag}> is never closed" for element in self._open]
        self._check_ids()
        for element in self.elements:
            self._check(element)
        if whole:
            self._check_whole(html)

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Elements with these attributes; `name__` stands for an attribute that is a keyword in Python."""
        wanted = {name.rstrip("_"): value for name, value in attributes.items()}
        return [one for one in self.elements if one.tag == tag and wanted.items() <= one.attributes.items()]

    @property
    def heading(self) -> str:
        return self.all("h1")[0].text

    @property
    def errors(self) -> dict[str, list[str]]:
        """What is said to be wrong, by the name of the field just before it; "" for what is about none."""
        found: dict[str, list[str]] = {}
        last: Element | None = None
        for element in self.elements:
            if element.tag in {"input", "textarea", "select"} and element.attributes.get("type") != "hidden":
                last = element
            elif element.tag == "form":
                last = None
            elif "error" in element.attributes.get("class", "").split():
                found.setdefault(last.attributes.get("name", "") if last else "", []).append(element.text)
        return found

    @property
    def notices(self) -> list[str]:
        """What the page says of the request before."""
        return [one.text for one in self.all("div", role="status")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        twice = [name for name, times in Counter(name for name, _ in attrs).items() if times > 1]
        self.faults += [f"<{tag}> has {name} twice" for name in twice]
        parent = self._open[-1] if self._open else None
        element = Element(tag, {name: value or "" for name, value in attrs}, parent)
        self.elements.append(element)
        if tag in BLOCKS and parent and (parent.tag == "p" or element.inside("p")):
            self.faults.append(f"<{tag}> inside <p>")
        if tag in {"form", "a", "button", "label"} and element.inside(tag):
            self.faults.append(f"<{tag}> inside <{tag}>")
        if parent and parent.tag in {"ul", "ol"} and tag != "li":
            self.faults.append(f"<{tag}> in a list")
        if tag == "li" and (parent is None or parent.tag not in {"ul", "ol"}):
            self.faults.append("<li> outside a list")
        self._break_at(tag)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            self.faults.append(f"</{tag}>")
        elif not self._open or self._open[-1].tag != tag:
            self.faults.append(f"</{tag}> after <{self._open[-1].tag if self._open else 'nothing'}>")
        else:
            self._open.pop()
        self._break_at(tag)

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.words.append(data)

    def _break_at(self, tag: str) -> None:
        if tag not in INLINE:
            self.handle_data(" ")

    def _check_ids(self) -> None:
        ids = Counter(element.attributes["id"] for element in self.elements if "id" in element.attributes)
        self.faults += [f"id {id_!r} is there {times} times" for id_, times in ids.items() if times > 1]
        self._ids = set(ids)

    def _check(self, element: Element) -> None:  # noqa: C901 (a list of separate faults)
        tag, attributes = element.tag, element.attributes
        self.faults += [f"<{tag} {name}>" for name in attributes if name == "style" or name.startswith("on")]
        for name in REFERENCES:
            for id_ in attributes.get(name, "").split() if name in attributes else []:
                # A fragment's buttons belong to a form of the page that it comes into.
                if id_ not in self._ids and (self._is_whole or name != "form"):
                    self.faults.append(f"<{tag} {name}={id_!r}> leads nowhere")
            if attributes.get(name) == "":
                self.faults.append(f"<{tag} {name}> is empty")
        if tag == "style" or (tag == "script" and "src" not in attributes and not _is_data(element)):
            self.faults.append(f"inline <{tag}>")
        loaded = attributes.get(LOADING.get(tag, ""), "/")
        if not loaded.startswith("/") or loaded.startswith("//"):
            self.faults.append(f"<{tag}> loads {loaded!r}")
        if tag in {"input", "textarea", "select"} and not self._is_named(element):
            self.faults.append(f"<{tag} name={attributes.get('name')!r}> has no label")
        if tag == "button" and not (element.text or attributes.get("aria-label")):
            self.faults.append("a button without words")
        pictured = tag == "a" and any(one.parent is element and one.tag == "img" for one in self.elements)
        if tag == "a" and not (element.text or attributes.get("aria-label") or element.inside("nav") or pictured):
            self.faults.append("a link without words")
        if tag == "img" and not attributes.get("alt"):
            self.faults.append("a picture without words")

    def _is_named(self, element: Element) -> bool:
        attributes = element.attributes
        if attributes.get("type") in UNNAMED or "hidden" in attributes or attributes.get("aria-label"):
            return True
        labels = [one for one in self.elements if one.tag == "label" and one.text]
        id_ = attributes.get("id")
        around = element.parent
        while around and around.tag != "label":
            around = around.parent
        return (around is not None and bool(around.text)) or any(
            id_ and one.attributes.get("for") == id_ for one in labels
        )

    def _check_whole(self, html: str) -> None:
        if not html.lstrip().startswith("<!doctype html>"):
            self.faults.append("no doctype")
        for tag in ("html", "head", "title", "body", "main", "h1"):
            if len(self.all(tag)) != 1:
                self.faults.append(f"{len(self.all(tag))} <{tag}>")
            elif not self.all(tag)[0].text:
                self.faults.append(f"<{tag}> is empty")
        if not all(one.attributes.get("lang") for one in self.all("html")):
            self.faults.append("<html> without lang")
        if not self.all("meta", name="viewport"):
            self.faults.append("no viewport")


def _is_data(element: Element) -> bool:
    return element.attributes.get("type") == "application/json"
