"""The maker hears of each new entry, without having to ask for it."""

from typing import Final

from rules.actions import Party
from rules.language.definition import Definition
from rules.writing import parse_definition

NAME: Final = "tell_them_i_wrote"
PARTIES: Final[tuple[Party, ...]] = ("person",)
TITLE: Final = "Tell them I wrote"
SENTENCE: Final = (
    "IF I write in the journal of any of my things AND share it THEN tell its maker that there is a new entry"
)
INPUTS: Final = ()


def definition() -> Definition:
    """Only what its owner shares is announced: a private entry stays unknown."""
    return parse_definition(
        {
            "name": TITLE,
            "when": {"event": "journal.entry_added"},
            "if": {
                "all": [
                    {"field": "event.data.author", "op": "is", "value": "owner"},
                    {"field": "event.data.visibility", "op": "is", "value": "shared"},
                ]
            },
            "then": [{"do": "notify_company", "text": "{{owner.name}} has a new entry in our journal"}],
        }
    )
