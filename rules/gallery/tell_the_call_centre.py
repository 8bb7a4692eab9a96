"""The call centre hears of each scan of a product, and can answer while the customer still looks at the page."""

from typing import Final

from rules.actions import Party
from rules.gallery.inputs import Input
from rules.language.definition import Definition
from rules.writing import parse_definition

NAME: Final = "tell_the_call_centre"
PARTIES: Final[tuple[Party, ...]] = ("company",)
TITLE: Final = "Tell the call centre"
SENTENCE: Final = "IF the code on {product} is scanned THEN send it to {endpoint}"
INPUTS: Final = (
    Input("product", "product", "a product"),
    Input("endpoint", "endpoint", "where to send it"),
)


def definition(*, product: str, endpoint: str) -> Definition:
    """`product` is one of the company’s products, `endpoint` one of its endpoints."""
    return parse_definition(
        {
            "name": TITLE,
            "on": {"products": [product]},
            "when": {"event": "pico.scanned"},
            "then": [{"do": "send_webhook", "endpoint": endpoint}],
        }
    )
