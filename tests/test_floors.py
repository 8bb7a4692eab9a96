"""A floor imports only from the floors below it; `live` stands apart."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FROM_THE_BOTTOM = (
    "live",
    "parties",
    "api",
    "picos",
    "journals",
    "conduits",
    "rules",
    "dashboards",
    "demo",
    "config",
    "bench",
)


def modules_of(floor: str) -> Iterator[Path]:
    """Its modules but for migrations, which are history."""
    return (path for path in sorted((ROOT / floor).rglob("*.py")) if "migrations" not in path.parts)


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    """All that a module's syntax tree holds."""
    return tuple(ast.walk(ast.parse(path.read_text())))


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of each import, inside functions too."""
    package = path.relative_to(ROOT).parts[:-1]
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            yield node.lineno, ".".join([*above, *([node.module] if node.module else [])])
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {"import_module", "__import__"}:
            yield from ((node.lineno, str(name.value)) for name in node.args if isinstance(name, ast.Constant))


def upward_imports() -> Iterator[str]:
    for height, floor in enumerate(FROM_THE_BOTTOM):
        above = set(FROM_THE_BOTTOM[height + 1 :])
        for path in modules_of(floor):
            for line, name in imports_of(path):
                if name.partition(".")[0] in above:
                    yield f"{path.relative_to(ROOT)}:{line} imports {name}"


def test_a_floor_imports_only_from_the_floors_below_it() -> None:
    assert list(upward_imports()) == []


def test_every_floor_is_there_and_every_folder_of_code_is_a_floor() -> None:
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert folders - {"tests"} == set(FROM_THE_BOTTOM)


def test_the_live_program_imports_nothing_of_django_s_views_and_models() -> None:
    allowed = {"live", "psycopg", "django.conf", "django.core", "django.db"}
    for path in modules_of("live"):
        for line, name in imports_of(path):
            top = name.partition(".")[0]
            known = top in sys.stdlib_module_names or top in allowed or ".".join(name.split(".")[:2]) in allowed
            assert known, f"{path.name}:{line} imports {name}"
            assert not name.startswith("django.db."), f"{path.name}:{line} imports {name}"


def test_nothing_below_imports_a_test() -> None:
    for floor in FROM_THE_BOTTOM:
        for path in modules_of(floor):
            assert not [name for _, name in imports_of(path) if name.partition(".")[0] in {"tests", "pytest"}], path


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import rules.engine.draining", ["rules.engine.draining"]),
        ("from conduits import gate", ["conduits"]),
        ("def late():\n    from conduits.gate import grants", ["conduits.gate"]),
        ("from . import codes", ["picos"]),
        ("from .models import pico", ["picos.models"]),
        ("from .. import rules", [""]),
        ("import importlib\nimportlib.import_module('conduits.gate')", ["importlib", "conduits.gate"]),
    ],
)
def test_each_way_to_import_is_seen(
    source: str, found: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    (tmp_path / "picos").mkdir()
    (tmp_path / "picos" / "probe.py").write_text(source)
    assert [name for _, name in imports_of(tmp_path / "picos" / "probe.py")] == found


def test_an_upward_import_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    (tmp_path / "picos").mkdir()
    (tmp_path / "picos" / "probe.py").write_text("def late():\n    from conduits.gate import grants\n")
    assert list(upward_imports()) == ["picos/probe.py:2 imports conduits.gate"]
