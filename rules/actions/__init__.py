"""What a rule can do. Each action is one module here with the same five names; adding one touches no other file.

NAME      as in `{"do": NAME, …}`
PARTIES   whose rules may use it
Settings  a pydantic model of its other keys
sentence  what it says after THEN
perform   does it within the engine's transaction, and says what came of it
"""

import importlib
import pkgutil
from functools import cache
from typing import Any, Literal, Protocol, cast

from rules.actions.outcome import Outcome
from rules.language import Strict
from rules.moment import Moment
from rules.naming import Names

Party = Literal["company", "person"]


class Action(Protocol):
    """The five names of an action's module."""

    NAME: str
    PARTIES: tuple[Party, ...]
    Settings: type[Strict]

    def sentence(self, settings: Any, names: Names) -> str:
        """Completes "THEN …"; `names` are loaded, so that it asks the database nothing."""
        ...

    def perform(self, settings: Any, moment: Moment) -> Outcome:
        """Does it. An exception undoes this run's effects and is recorded as its failure."""
        ...


@cache
def actions() -> dict[str, Action]:
    """All of them, by name."""
    modules = [
        importlib.import_module(f"{__name__}.{found.name}")
        for found in pkgutil.iter_modules(__path__)
        if found.name != "outcome"
    ]
    return {module.NAME: cast("Action", module) for module in modules}


def settings_of(action: dict[str, Any]) -> tuple[Action, Any]:
    """The module of an action as written, and its settings. Raises KeyError or pydantic's ValidationError."""
    module = actions()[action["do"]]
    return module, module.Settings.model_validate({key: value for key, value in action.items() if key != "do"})
