"""Ready-made rules. Each template is one module here with the same five names; adding one touches no other file.

NAME        as in a form's `template` field
PARTY       whose rules it makes
TITLE       what it is called in the list of templates
INPUTS      what has to be chosen before it can work, such as `product`: the names that `definition` takes
definition  the rule, ready for `write_rule`
"""

import importlib
import pkgutil
from functools import cache
from typing import Any, Protocol, cast

from parties.models import Company, Person
from rules.actions import Party
from rules.language import Definition


class Template(Protocol):
    """The five names of a template's module."""

    NAME: str
    PARTY: Party
    TITLE: str
    INPUTS: tuple[str, ...]
    # Called with INPUTS as keywords; an id may be a UUID or its text. Raises pydantic's ValidationError.
    definition: Any


@cache
def templates() -> dict[str, Template]:
    """All of them, by name."""
    modules = [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
    return {module.NAME: cast("Template", module) for module in modules}


def templates_for(party: Company | Person) -> list[Template]:
    """Those that this party can use, by title."""
    kind: Party = "company" if isinstance(party, Company) else "person"
    return sorted((one for one in templates().values() if kind == one.PARTY), key=lambda one: one.TITLE)


def fill_in(name: str, **inputs: Any) -> Definition:
    """The rule of a template, with its inputs filled in. Raises KeyError for a name that no template has."""
    definition: Definition = templates()[name].definition(**inputs)
    return definition
