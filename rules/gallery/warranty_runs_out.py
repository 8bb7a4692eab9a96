"""The owner hears in time that something runs out, such as the warranty."""

from typing import Final

from rules.actions import Party
from rules.gallery.inputs import Input
from rules.language.definition import Definition
from rules.writing import parse_definition

NAME: Final = "warranty_runs_out"
PARTIES: Final[tuple[Party, ...]] = (
    "company",
    "person",
)
TITLE: Final = "A warranty runs out"
SENTENCE: Final = "IF the date in {key} is {within} away THEN tell the owner {text}"
INPUTS: Final = (
    Input("key", "key", "the name of the value with the date", "warranty_until"),
    Input("within", "duration", "how long before", "P30D"),
    Input("text", "text", "what to tell", "The warranty of your {{pico.product.name}} runs out soon."),
)


def definition(*, key: str, within: str, text: str) -> Definition:
    """The date is a value of the thing that either side has set."""
    return parse_definition(
        {
            "name": TITLE,
            "when": {"date": f"pico.state.{key}", "before": within},
            "then": [{"do": "notify_owner", "text": text}],
        }
    )
