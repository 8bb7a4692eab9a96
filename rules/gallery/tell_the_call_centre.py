"""The call centre hears of each scan of a product, and can answer while the customer still looks at the page."""

from typing import Final
from uuid import UUID

from rules.actions import Party
from rules.language import Definition
from rules.writing import parse_definition

NAME: Final = "tell_the_call_centre"
PARTY: Final[Party] = "company"
TITLE: Final = "Tell the call centre"
INPUTS: Final[tuple[str, ...]] = ("product", "endpoint")


def definition(*, product: UUID | str, endpoint: UUID | str) -> Definition:
    """`product` is one of the company's products, `endpoint` one of its endpoints."""
    return parse_definition(
        {
            "name": TITLE,
            "on": {"products": [str(product)]},
            "when": {"event": "pico.scanned"},
            "then": [{"do": "send_webhook", "endpoint": str(endpoint)}],
        }
    )
