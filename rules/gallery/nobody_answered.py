"""What was shared and waits too long for an answer is brought up once more."""

from typing import Final

from rules.actions import Party
from rules.gallery.inputs import Input
from rules.language.definition import Definition
from rules.writing import parse_definition

NAME: Final = "nobody_answered"
PARTIES: Final[tuple[Party, ...]] = ("person",)
TITLE: Final = "Nobody answered"
SENTENCE: Final = (
    "IF I share something in the journal of {thing} AND its maker does not answer within {within} "
    "THEN remind them AND tell me"
)
INPUTS: Final = (
    Input("thing", "thing", "which thing"),
    Input("within", "duration", "how long to wait", "PT48H"),
)


def definition(*, thing: str, within: str) -> Definition:
    """An answer is a message of the company’s, or an entry of its own."""
    return parse_definition(
        {
            "name": TITLE,
            **({"on": {"picos": [thing]}} if thing else {}),
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
            "then": [
                {"do": "notify_company", "text": "{{owner.name}} still waits for your answer"},
                {
                    "do": "notify_owner",
                    "text": "{{pico.product.name}}: nobody has answered you yet, so they were reminded.",
                },
            ],
        }
    )
