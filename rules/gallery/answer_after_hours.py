"""Who writes gets a word at once, when nobody is quick enough."""

from typing import Final

from rules.actions import Party
from rules.gallery.inputs import Input
from rules.language.definition import Definition
from rules.writing import parse_definition

NAME: Final = "answer_after_hours"
PARTIES: Final[tuple[Party, ...]] = ("company",)
TITLE: Final = "A word while they wait"
SENTENCE: Final = (
    "IF a customer shares something about {product} AND nobody answers within {within} THEN write to them {text}"
)
INPUTS: Final = (
    Input("product", "product", "a product"),
    Input("within", "duration", "how long", "PT2M"),
    Input("text", "text", "what to write", "We have seen your message, and answer as soon as we can."),
)


def definition(*, product: str, within: str, text: str) -> Definition:
    """What a rule writes ends nobody’s wait."""
    return parse_definition(
        {
            "name": TITLE,
            "on": {"products": [product]},
            "when": {
                "not": {
                    "any": [
                        {"event": "conduit.message"},
                        {"event": "journal.entry_added", "where": {"author": "company", "visibility": "shared"}},
                    ]
                },
                "within": within,
                "after": {"event": "journal.entry_added", "where": {"author": "owner", "visibility": "shared"}},
            },
            "then": [{"do": "post_entry", "body": text}],
            "cooldown": "PT24H",
        }
    )
