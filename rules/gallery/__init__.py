"""Ready-made rules. Each template is one module here with the same six names; adding one touches no other file.

NAME        as in the path of its page
PARTIES     whose rules it makes
TITLE       what it is called in the gallery
SENTENCE    the rule as it is read aloud, each blank by its name in braces
INPUTS      the blanks, see inputs.py
definition  the rule, ready for `write_rule`, from what stands in the blanks
"""

import importlib
import pkgutil
from functools import cache
from typing import Protocol, cast

from parties.models import Company, Person
from rules.actions import Party
from rules.gallery.inputs import Input
from rules.language.definition import Definition


class Template(Protocol):
    """The six names of a template's module."""

    NAME: str
    PARTIES: tuple[Party, ...]
    TITLE: str
    SENTENCE: str
    INPUTS: tuple[Input, ...]

    def definition(self, **values: str) -> Definition:
        """Called with the names of INPUTS as keywords. Raises pydantic's ValidationError."""
        ...


@cache
def templates() -> dict[str, Template]:
    """All of them, by name."""
    modules = [
        importlib.import_module(f"{__name__}.{found.name}")
        for found in pkgutil.iter_modules(__path__)
        if found.name != "inputs"
    ]
    return {module.NAME: cast("Template", module) for module in modules}


def templates_for(party: Company | Person) -> list[Template]:
    """Those that this party can use, by title."""
    kind: Party = "company" if isinstance(party, Company) else "person"
    return sorted((one for one in templates().values() if kind in one.PARTIES), key=lambda one: one.TITLE)


def sentence_for(template: Template, party: Company | Person) -> str:
    """The template's sentence as this party says it: in a person's own rule the owner is “me”."""
    return template.SENTENCE.replace("the owner", "me") if isinstance(party, Person) else template.SENTENCE


def fill_in(name: str, **values: object) -> Definition:
    """The rule of a template, with its blanks filled. Raises KeyError for a name that no template has."""
    return templates()[name].definition(**{blank: str(value) for blank, value in values.items()})
