"""One module decides what of an owner's passes, and no function above the journal's floor touches an owner's rows
without asking it, or standing at the owner's own door. (tests/conduits/test_ways_out.py asks from outside.)
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_floors import ROOT, modules_of, nodes_of

FLOORS = ("conduits", "rules", "dashboards")
# Where what an owner keeps comes from: managers, relations, verbs that load it, and columns of a person.
ROWS = {"Entry", "Attachment", "Event", "State", "Finder", "FinderMessage", "Loss", "Notice", "Channel", "Suspicion"}
RELATIONS = {"entries", "attachments", "finders", "losses", "notices", "channels", "email"}
VERBS = {"states_of", "changes_of", "history_of", "current_loss", "passing_on"}
# What asks the gate, or is asked by it.
ASKS = {
    "gate",
    "grants",
    "granted",
    "granting",
    "open_for",
    "read_entries",
    "read_events",
    "read_states",
    "read_changes",
}
ASKS |= {
    "decide_event",
    "decide_read",
    "decide_grant",
    "decide_entry",
    "decide_photo",
    "passing_entries",
    "passing_data",
}
ASKS |= {"access_photo", "read_suspicions", "public"}
# Who comes in here is the owner, or somebody to whom the owner gave a secret.
OWNERS = {"person_of", "signed_in", "access_owned_pico", "owner_context", "visible_to", "access_own_channel"}
# Everybody else, with the reason why nothing passes there.
EXCUSED = {
    ("conduits/answering.py", "_replied_to"): "finds what an answer is tied to, and shows none of it",
    ("conduits/answering.py", "_said_already"): "finds what the same company said a moment ago",
    ("conduits/facts/standing.py", "_in_journals"): "the company's own answers, which both ends read",
    ("conduits/mail/receiving.py", "_tell"): "the address of the person whose mail is answered",
    ("conduits/mail/receiving.py", "receive"): "compares a mail's sender with the person whose address it came to",
    ("conduits/mail/waiting.py", "_message"): "the address of a company's own member; _passing has asked the gate",
    ("conduits/passes/fields.py", "_email"): "through fields_of, which asks the gate for each kind",
    ("conduits/passes/fields.py", "_photos"): "through fields_of, which asks the gate for each kind",
    ("conduits/passes/fields.py", "_scanned"): "through fields_of, which asks the gate for each kind",
    ("conduits/passes/fields.py", "_states"): "through fields_of, which asks the gate for each kind",
    ("conduits/passes/fields.py", "_words"): "through fields_of, which asks the gate for each kind",
    ("conduits/passes/using.py", "photo_of"): "through values_for, which asks the gate",
    ("conduits/api/journal.py", "_files"): "what is sent in, not what is kept",
    ("conduits/api/journal.py", "_replied"): "its caller says which entries the gate lets it find",
    ("conduits/api/journal.py", "shown_entry"): "draws an entry that its caller may show, photos only if told to",
    ("conduits/delivery/claiming.py", "_entries"): "loads a batch, of which the gate then lets some pass",
    ("conduits/delivery/warnings.py", "_mail"): "the addresses of a company's own admins",
    ("conduits/connectors/receiving.py", "_by_request"): "finds what an answer is tied to, and shows none of it",
    ("conduits/photos.py", "_is_passed_on"): "asks for a person who owns it now",
    ("conduits/states.py", "read_changes"): "through _granted, which asks the gate",
    ("conduits/states.py", "read_states"): "through _granted, which asks the gate",
    ("conduits/reaching/handing_out.py", "hand_out_due"): "each notice goes on the ways of its own person",
    ("conduits/reaching/kinds/email.py", "_mail"): "a letter to the person themself",
    ("dashboards/accepting.py", "_offered"): "counts what its owner marked for whoever has their link",
    ("dashboards/by_link.py", "_own"): "what somebody wrote by an owner's link, shown to them",
    ("dashboards/owned.py", "_other_notices"): "a person's own notices",
    ("dashboards/owned.py", "page_of_history"): "for a person who owns it now",
    ("dashboards/scan_page.py", "_as_json"): "what its owner tells finders, for everybody",
    ("dashboards/things.py", "_channels"): "for its owner, of whose page it is a part",
    ("dashboards/things.py", "_tiles"): "for its owner, of whose page it is a part",
    ("conduits/api/requests.py", "_assignee"): "the address of a company's own member",
    ("dashboards/desk/staff.py", "members"): "the addresses of a company's own members",
    ("dashboards/things.py", "_finders"): "for its owner, of whose page it is a part",
    ("rules/asking.py", "answer_question"): "the question, which the answer names as its cause",
    ("rules/engine/batch.py", "_origins"): "what a started rule is about; the engine asks the gate for each",
    ("rules/engine/batch.py", "look_back"): "what a run began with; its actions ask the gate again",
    ("rules/engine/claiming.py", "_heard"): "the queue; the engine asks the gate for each",
    ("rules/engine/watching.py", "ring_due"): "what a clock's event names as its cause",
}


def functions_of(path: Path) -> Iterator[ast.FunctionDef]:
    """Functions and methods, each with those inside it."""
    for node in ast.parse(path.read_text()).body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        yield from (one for one in inside if isinstance(one, ast.FunctionDef))


def names_in(function: ast.AST) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


def touched_by(function: ast.AST) -> set[str]:
    """The rows of owners that it loads: `Entry.objects`, `journal.entries`, `states_of(…)`."""
    found = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute):
            loads = node.attr in {"objects", "_base_manager"} and isinstance(node.value, ast.Name)
            found |= {node.value.id} & ROWS if loads and isinstance(node.value, ast.Name) else {node.attr} & RELATIONS
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            verb = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            found |= {verb} & VERBS
            if verb in {"rows_by_id", "rows_where"} and isinstance(node.args[0], ast.Name):
                found |= {node.args[0].id} & ROWS
    return found


def ways_past_the_gate(path: Path) -> Iterator[tuple[str, str]]:
    for function in functions_of(path):
        if touched_by(function) and not (ASKS | OWNERS) & set(names_in(function)):
            yield str(path.relative_to(ROOT)), function.name


def test_whatever_touches_an_owner_s_rows_asks_the_gate_or_is_the_owner_s_own_door() -> None:
    modules = [path for floor in FLOORS for path in modules_of(floor)]
    past = {way for path in modules for way in ways_past_the_gate(path)}
    assert past == set(EXCUSED)


# Where what is granted is kept, set, and shown as what it is.
KEEPERS = {
    "conduits/gate.py",
    "conduits/steering.py",
    "conduits/terms/proffering.py",
    "conduits/models/conduit.py",
    "conduits/api/conduits.py",
    "conduits/api/picos.py",
    "conduits/answering.py",
}


def looks_at_grants(path: Path) -> Iterator[int]:
    """Where a module reads the columns itself: `conduit.grants`, `grants__contains=`, `"grants"`."""
    for node in nodes_of(path):
        if isinstance(node, ast.Attribute) and node.attr in {"grants", "scope"}:
            of = getattr(node.value, "id", getattr(node.value, "attr", ""))
            if of in {"conduit", "held", "head", "line", "row"}:
                yield node.lineno
        named = node.arg if isinstance(node, ast.keyword) else getattr(node, "value", None)
        if isinstance(named, str) and {"grants", "scope"} & set(named.split("__")[:-1]):
            yield getattr(node, "lineno", 0)


def test_no_other_module_reads_what_is_granted_by_itself() -> None:
    modules = [path for floor in FLOORS for path in modules_of(floor)]
    assert {str(path.relative_to(ROOT)) for path in modules if list(looks_at_grants(path))} <= KEEPERS


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def leak(conduit): return list(conduit.journal.entries.all())", ["leak"]),
        ("def leak(pico): return Event.objects.filter(pico=pico)", ["leak"]),
        ("def leak(pico): return states_of(pico, owner=True, company=True)", ["leak"]),
        ("def leak(conduit): return conduit.owner.email", ["leak"]),
        ("class Door:\n    def leak(self, entry): return entry.attachments.all()", ["leak"]),
        ("def asks(conduit): return conduit.journal.entries.filter(gate.passing_entries(conduit))", []),
        ("def own(request): return person_of(request).email", []),
        ("def nothing(conduit): return conduit.pk", []),
    ],
)
def test_a_way_past_the_gate_would_be_found(
    source: str, found: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    (tmp_path / "probe.py").write_text(source)
    assert [name for _, name in ways_past_the_gate(tmp_path / "probe.py")] == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("if 'photos' in conduit.grants: show()", True),
        ("rows.filter(grants__contains=['entries'])", True),
        ("rows.filter(conduit__grants__contains=['entries'])", True),
        ("gate.grants(conduit, grant)", False),
        ("channel.scope", False),
    ],
)
def test_a_look_at_grants_would_be_found(source: str, found: bool, tmp_path: Path) -> None:
    (tmp_path / "probe.py").write_text(source)
    assert bool(list(looks_at_grants(tmp_path / "probe.py"))) is found
