"""The house's rules that a machine can check; CONTRIBUTING.md says why they are there."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from conduits.event_types import ADVISORY_CORRECTED, ADVISORY_ENDED, ADVISORY_PUBLISHED, ENDPOINT_DISABLED, OWNERS_OWN
from conduits.gate import GRANT_FOR
from journals.event_types import ENTRY_ADDED
from picos.event_types import event_types
from rules.actions import actions
from rules.conditions import members as conditions
from rules.event_types import RULE_PAUSED
from rules.language.expressions import FUNCTIONS, METHODS
from rules.language.fields import _FIELDS, _OPEN
from rules.operators import operators
from rules.triggers import members as patterns
from rules.writing import parse_definition
from tests.test_floors import FROM_THE_BOTTOM, ROOT, imports_of, modules_of, nodes_of

LONGEST = 400
DRAWERS = {
    "utils",
    "util",
    "helpers",
    "helper",
    "services",
    "service",
    "common",
    "core",
    "base",
    "misc",
    "lib",
    "shared",
}
# A company's own matters, which pass no gate.
OF_A_COMPANY = {ENDPOINT_DISABLED, RULE_PAUSED, ADVISORY_PUBLISHED, ADVISORY_CORRECTED, ADVISORY_ENDED}


def code() -> Iterator[Path]:
    for floor in FROM_THE_BOTTOM:
        yield from modules_of(floor)


def in_code(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_module_is_longer_than_400_lines() -> None:
    long = {in_code(path): lines for path in code() if (lines := len(path.read_text().splitlines())) > LONGEST}
    assert long == {}


def test_there_is_no_drawer_for_everything() -> None:
    named = [*code(), *(ROOT / "tests").rglob("*.py")]
    drawers = [path for path in named if {path.stem, *path.relative_to(ROOT).parts[:-1]} & DRAWERS]
    assert drawers == []


def test_no_logic_hangs_on_a_signal() -> None:
    for path in code():
        signals = [name for _, name in imports_of(path) if "signals" in name or name == "django.dispatch"]
        assert signals == [], in_code(path)


def saves(path: Path) -> Iterator[ast.Call]:
    """Calls of `save` as models have it; a picture's or a storage's takes a place to save to."""
    for node in nodes_of(path):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "save" and not node.args:
            yield node


def test_no_whole_row_is_saved() -> None:
    for path in code():
        for call in saves(path):
            given = {keyword.arg for keyword in call.keywords}
            assert given & {"update_fields", "force_insert"}, f"{in_code(path)}:{call.lineno} saves a whole row"


def test_a_task_is_three_lines() -> None:
    for path in (path for path in code() if path.name == "tasks.py"):
        for function in (node for node in nodes_of(path) if isinstance(node, ast.FunctionDef)):
            statements = [node for node in function.body if not isinstance(node, ast.Expr) or not _is_docstring(node)]
            assert len(statements) <= 3, f"{in_code(path)}: {function.name}"


def _is_docstring(node: ast.Expr) -> bool:
    return isinstance(node.value, ast.Constant)


def test_nothing_but_the_guarded_client_opens_connections_to_addresses_that_were_typed_in() -> None:
    clients = {"aiohttp", "requests", "urllib3", "httpx", "urllib.request", "http.client"}
    for path in code():
        opened = [name for _, name in imports_of(path) if name in clients or name.partition(".")[0] in clients]
        # The demo and `up` talk to this very server, benchmarks to what they started.
        at_home = path.relative_to(ROOT).parts[0] in {"bench", "demo", "config"}
        # The second stands in for `requests`, and hands what it is given to the first.
        may = in_code(path) in {"conduits/delivery/http.py", "conduits/reaching/composing.py"}
        assert not opened or at_home or may, (in_code(path), opened)


def test_what_sends_by_itself_is_used_for_putting_together_only() -> None:
    """apprise and pywebpush would open connections of their own; see conduits/reaching/composing.py."""
    where = {
        name.partition(".")[0]: in_code(path)
        for path in code()
        for _, name in imports_of(path)
        if name.partition(".")[0] in {"apprise", "pywebpush"}
    }
    assert where == {"apprise": "conduits/reaching/messengers.py", "pywebpush": "conduits/reaching/kinds/push.py"}
    used = {getattr(node, "attr", "") for node in nodes_of(ROOT / where["pywebpush"])}
    assert "encode" in used
    assert not used & {"send", "send_async", "webpush"}


@pytest.mark.parametrize("name", [known.name for known in event_types()])
def test_the_gate_knows_every_type_of_event(name: str) -> None:
    places = [name in GRANT_FOR, name == ENTRY_ADDED, name in OF_A_COMPANY, name in OWNERS_OWN]
    assert places.count(True) == 1


def test_the_gate_knows_no_type_of_event_that_there_is_not() -> None:
    assert set(GRANT_FOR) <= {known.name for known in event_types()}


def is_explained(word: str, page: str) -> bool:
    """Whether the page names it as code."""
    return re.search(rf"[`\"]{re.escape(word)}[`\" .{{]", (ROOT / "docs" / page).read_text()) is not None


@pytest.mark.parametrize("name", [known.name for known in event_types()])
def test_every_type_of_event_is_in_the_documentation(name: str) -> None:
    assert is_explained(name, "webhooks.md")


@pytest.mark.parametrize("name", sorted(actions()))
def test_every_action_is_in_the_documentation(name: str) -> None:
    assert is_explained(name, "rules.md")


@pytest.mark.parametrize("name", sorted(operators()))
def test_every_operator_is_in_the_documentation(name: str) -> None:
    assert is_explained(name, "rules.md")


@pytest.mark.parametrize("name", sorted(conditions()))
def test_every_condition_is_in_the_documentation(name: str) -> None:
    assert is_explained(name, "rules.md")


@pytest.mark.parametrize("name", sorted(FUNCTIONS | METHODS))
def test_every_call_in_an_expression_is_in_the_documentation(name: str) -> None:
    assert is_explained(name, "rules.md")


@pytest.mark.parametrize("name", sorted(patterns()))
def test_every_pattern_has_an_example_in_the_documentation(name: str) -> None:
    page = (ROOT / "docs" / "rules.md").read_text()
    example = re.search(rf"^\| `{name}` \| `(.*?)` \|", page, re.MULTILINE)
    assert example, name
    assert name in json.loads(example[1])
    assert parse_definition(
        {"name": "A", "when": json.loads(example[1]), "then": [{"do": "notify_owner", "text": "A"}]}
    )


@pytest.mark.parametrize("name", [*sorted(_FIELDS), *_OPEN])
def test_every_field_is_in_the_documentation(name: str) -> None:
    assert name in (ROOT / "docs" / "rules.md").read_text()


def test_every_sentence_of_an_event_completes_if() -> None:
    for known in event_types():
        assert known.sentence.format(thing="the boot")
        assert not known.sentence.endswith(".")
