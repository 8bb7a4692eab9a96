"""Codes that behave as if they were on several things are looked into."""

from typing import Final

from rules.actions import Party
from rules.gallery.inputs import Input
from rules.language.definition import Definition
from rules.writing import parse_definition

NAME: Final = "looks_copied"
PARTIES: Final[tuple[Party, ...]] = ("company",)
TITLE: Final = "It looks copied"
SENTENCE: Final = "IF a copy of {product} looks counterfeit THEN send what speaks for it to {endpoint}"
INPUTS: Final = (
    Input("product", "product", "a product"),
    Input("endpoint", "endpoint", "where to send it"),
)


def definition(*, product: str, endpoint: str) -> Definition:
    """docs/copies.md says what makes one suspected."""
    return parse_definition(
        {
            "name": TITLE,
            "on": {"products": [product]},
            "when": {"event": "pico.suspected_copy"},
            "then": [{"do": "send_webhook", "endpoint": endpoint}],
        }
    )
