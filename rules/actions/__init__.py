"""What a rule can do. Each action is one module here with the same seven names; adding one touches no other file.

NAME      as in `{"do": NAME, …}`
PARTIES   whose rules may use it
GATHERS   whether all that it writes goes through `moment.effects`; else the engine gives it a savepoint
WAITS     whether the run may go on later; then the module also has `branch`, see rules/engine/waiting.py
Settings  a pydantic model of its other keys; with a method `branches`, if further actions hang on its outcome, and
          a method `check`, if the party has to have what they name
sentence  what it says after THEN
perform   does it within the engine's transaction, and says what came of it
rehearse  says what `perform` would do now, and writes nothing
"""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Literal, Protocol, cast

from picos.models import Event
from rules.actions.outcome import Outcome, Pause
from rules.language.naming import Names
from rules.language.shapes import Strict

Party = Literal["company", "person"]
Actions = list[dict[str, Any]]
# Modules here that are no action.
_OTHERS = ("outcome",)


class Action(Protocol):
    """The names of an action's module."""

    NAME: str
    PARTIES: tuple[Party, ...]
    GATHERS: bool
    WAITS: bool
    Settings: type[Strict]

    def sentence(self, settings: Any, names: Names) -> str:
        """Completes "THEN …"; `names` are loaded, so that it asks the database nothing."""
        ...

    def perform(self, settings: Any, moment: Any) -> Outcome | Pause:
        """Does it. An exception undoes this run's effects and is recorded as its failure."""
        ...

    def rehearse(self, settings: Any, moment: Any) -> Outcome:
        """What `perform` would do."""
        ...

    def branch(self, settings: Any, reply: Event | None) -> tuple[str, str]:
        """Of one that waits: which branch goes on after this event (None: its time was up), and a sentence of it."""
        ...


@cache
def actions() -> dict[str, Action]:
    """All of them, by name."""
    modules = [
        importlib.import_module(f"{__name__}.{found.name}")
        for found in pkgutil.iter_modules(__path__)
        if found.name not in _OTHERS
    ]
    return {module.NAME: cast("Action", module) for module in modules}


def settings_of(action: Mapping[str, Any]) -> tuple[Action, Any]:
    """The module of an action as written, and its settings. Raises KeyError or pydantic's ValidationError."""
    module = actions()[action["do"]]
    return module, module.Settings.model_validate({key: value for key, value in action.items() if key != "do"})


def branches_of(settings: Any) -> dict[str, Actions]:
    """The further actions that hang on an action's outcome, by branch."""
    branches: dict[str, Actions] = settings.branches() if hasattr(settings, "branches") else {}
    return branches


def walk(listed: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Action, Any]]:
    """Every action of a list with its settings, those that hang on others too."""
    for raw in listed:
        action, settings = settings_of(raw)
        yield action, settings
        for inner in branches_of(settings).values():
            yield from walk(inner)
