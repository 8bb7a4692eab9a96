"""A finder’s message about a lost thing is written down, and its maker may help."""

from typing import Final

from rules.actions import Party
from rules.gallery.inputs import Input
from rules.language.definition import Definition
from rules.writing import parse_definition

NAME: Final = "finder_while_lost"
PARTIES: Final[tuple[Party, ...]] = ("person",)
TITLE: Final = "Somebody found it"
SENTENCE: Final = "IF a finder writes about {thing} AND it is lost THEN note it in my journal AND tell its maker {text}"
INPUTS: Final = (
    Input("thing", "thing", "which thing"),
    Input("text", "text", "what to tell", "Somebody found the {{pico.product.name}} that {{owner.name}} lost."),
)


def definition(*, thing: str, text: str) -> Definition:
    """The finder’s own words stay with the owner."""
    return parse_definition(
        {
            "name": TITLE,
            **({"on": {"picos": [thing]}} if thing else {}),
            "when": {"event": "pico.found"},
            "if": {"field": "pico.status", "op": "is", "value": "lost"},
            "then": [
                {"do": "post_entry", "body": "A finder wrote about it.", "visibility": "private"},
                {"do": "notify_company", "text": text},
            ],
        }
    )
