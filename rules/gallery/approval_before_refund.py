"""Nobody promises money before somebody who may has said yes."""

from typing import Final

from rules.actions import Party
from rules.gallery.inputs import Input
from rules.language.definition import Definition
from rules.writing import parse_definition

NAME: Final = "approval_before_refund"
PARTIES: Final[tuple[Party, ...]] = ("company",)
TITLE: Final = "Approval before a refund"
SENTENCE: Final = (
    "IF a request is opened about {product} THEN ask us whether to refund it, AND after a yes write to the customer "
    "{text}, AND without an answer within {within} give it to an admin"
)
INPUTS: Final = (
    Input("product", "product", "a product"),
    Input("text", "text", "what to write", "Your money is on its way back to you."),
    Input("within", "duration", "how long to wait", "PT48H"),
)


def definition(*, product: str, text: str, within: str) -> Definition:
    """The question stands at the desk, in the conversation; after a no nothing happens by itself."""
    return parse_definition(
        {
            "name": TITLE,
            "on": {"products": [product]},
            "when": {"event": "request.opened"},
            "then": [
                {
                    "do": "ask",
                    "of": "company",
                    "question": "Refund {{pico.product.name}} {{pico.serial}}?",
                    "choices": ["Yes", "No"],
                    "within": within,
                    "answers": {"Yes": [{"do": "post_entry", "body": text}, {"do": "close_request"}]},
                    "else": [{"do": "assign", "role": "admin"}],
                }
            ],
        }
    )
