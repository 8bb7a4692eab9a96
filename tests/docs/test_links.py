"""What the documentation points at is there: links, `make` targets, commands of `manage.py`, environment variables."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]\[]*\]\(([^()\s]+)\)|<img\s[^>]*src=\"([^\"]+)\"")
# Code is what stands between backticks, in fences, and in indented blocks.
CODE = re.compile(r"`[^`\n]+`|^(?:```|~~~).*?^(?:```|~~~)|^ {4}[^\n]*$", re.MULTILINE | re.DOTALL)
MAKE = re.compile(r"(?:^|[\s`])make((?: [a-z][a-z-]*)+)(?=[\s`]|$)")
MANAGE = re.compile(r"manage\.py ([a-z_]+)")
VARIABLE = re.compile(r"\b(?:env\.\w+|networks)\(\"([A-Z_]+)\"")
ROW = re.compile(r"^\| `([A-Z_]+)` \|", re.MULTILINE)


@cache
def pages() -> list[Path]:
    """All of ours; what lies in hidden folders is not."""
    folders = [path for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")]
    return sorted([*ROOT.glob("*.md"), *(page for folder in folders for page in folder.rglob("*.md"))])


def links() -> Iterator[tuple[Path, str]]:
    for page in pages():
        for found in LINK.finditer(FENCE.sub("", page.read_text())):
            yield page, found[1] or found[2]


@cache
def anchors(page: Path) -> set[str]:
    """The headings of a page, as a browser addresses them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def code_of(page: Path) -> str:
    return "\n".join(found[0] for found in CODE.finditer(page.read_text()))


def leads_somewhere(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    return target.exists() and target.is_relative_to(ROOT) and (not anchor or anchor in anchors(target))


def test_every_relative_link_leads_somewhere() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {link}"
        for page, link in links()
        if not re.match(r"[a-z]+:", link) and not leads_somewhere(page, link)
    ]
    assert broken == []
    assert len(list(links())) > 40


@pytest.mark.parametrize("link", ["nowhere.md", "architecture.md#nowhere", "../../outside.md", "#nowhere"])
def test_a_broken_link_would_be_found(link: str) -> None:
    assert not leads_somewhere(ROOT / "docs" / "README.md", link)


def test_every_page_of_the_documentation_is_linked_to() -> None:
    reached = {(page.parent / link.partition("#")[0]).resolve() for page, link in links() if ":" not in link}
    assert [page for page in pages() if page not in reached and page != ROOT / "README.md"] == []


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {word for page in pages() for found in MAKE.findall(code_of(page)) for word in found.split()}
    assert {"up", "test", "check", "story"} <= named
    assert named <= targets


def test_every_command_of_manage_py_that_is_named_exists() -> None:
    named = {name for page in pages() for name in MANAGE.findall(page.read_text())}
    assert {"up", "create_company", "create_person"} <= named
    assert named <= set(get_commands())


def test_every_environment_variable_is_explained_and_every_explained_one_exists() -> None:
    read = set(VARIABLE.findall((ROOT / "config" / "settings.py").read_text()))
    explained = ROW.findall((ROOT / "docs" / "settings.md").read_text())
    assert {"PORT", "PICO_WEBHOOK_ALLOW", "SECRET_KEY"} <= read
    assert sorted(explained) == sorted(read)
