"""For whatever no other template says."""

from typing import Final

from rules.actions import Party
from rules.gallery.inputs import Input
from rules.language.definition import Definition
from rules.writing import parse_definition

NAME: Final = "my_own"
PARTIES: Final[tuple[Party, ...]] = ("person",)
TITLE: Final = "One of my own"
SENTENCE: Final = "IF this happens to {thing}: {event} THEN tell me {text}"
INPUTS: Final = (
    Input("thing", "thing", "which thing"),
    Input("event", "event", "what happens", "pico.scanned"),
    Input("text", "text", "what to tell", "{{pico.product.name}}: something happened."),
)


def definition(*, thing: str, event: str, text: str) -> Definition:
    """At most once in ten minutes for each thing."""
    return parse_definition(
        {
            "name": TITLE,
            **({"on": {"picos": [thing]}} if thing else {}),
            "when": {"event": event},
            "then": [{"do": "notify_owner", "text": text}],
            "cooldown": "PT10M",
        }
    )
