"""The maker hears that its recall was read, from an owner who wants it to know."""

from typing import Final

from rules.actions import Party
from rules.gallery.inputs import Input
from rules.language.definition import Definition
from rules.writing import parse_definition

NAME: Final = "recall_acknowledged"
PARTIES: Final[tuple[Party, ...]] = ("person",)
TITLE: Final = "Recall acknowledged"
SENTENCE: Final = "IF I say that I have read a notice about {thing} THEN tell its maker {text}"
INPUTS: Final = (
    Input("thing", "thing", "which thing"),
    Input("text", "text", "what to tell", "{{owner.name}} has read your notice about the {{pico.product.name}}."),
)


def definition(*, thing: str, text: str) -> Definition:
    """By itself the maker learns how many have read it, never who."""
    return parse_definition(
        {
            "name": TITLE,
            **({"on": {"picos": [thing]}} if thing else {}),
            "when": {"event": "advisory.acknowledged"},
            "then": [{"do": "notify_company", "text": text}],
        }
    )
