"""Somebody scans a thing more often than its owner would expect."""

from typing import Final

from rules.actions import Party
from rules.gallery.inputs import Input
from rules.language.definition import Definition
from rules.writing import parse_definition

NAME: Final = "scanned_again_and_again"
PARTIES: Final[tuple[Party, ...]] = ("person",)
TITLE: Final = "Scanned again and again"
SENTENCE: Final = "IF the code on {thing} is scanned {number} times within {within} THEN tell me"
INPUTS: Final = (
    Input("thing", "thing", "which thing"),
    Input("number", "number", "how often", "3"),
    Input("within", "duration", "how long", "PT1H"),
)


def definition(*, thing: str, number: str, within: str) -> Definition:
    """Counting begins anew once it was told."""
    return parse_definition(
        {
            "name": TITLE,
            **({"on": {"picos": [thing]}} if thing else {}),
            "when": {"count": int(number), "of": {"event": "pico.scanned"}, "within": within},
            "then": [
                {"do": "notify_owner", "text": "The code on {{pico.product.name}} was scanned again and again."},
            ],
        }
    )
