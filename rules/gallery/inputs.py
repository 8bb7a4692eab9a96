"""The blanks of a template: what may stand in each, and what it is when nobody chose."""

from collections.abc import Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Final, Literal

from conduits.gate import GRANT_FOR
from journals.event_types import ENTRY_ADDED
from parties.errors import RefusedError
from parties.models import Company, Person
from picos.event_types import ACTIVATED
from picos.models import Pico
from picos.states import KEY
from rules.event_types import open_to_companies

Kind = Literal["product", "endpoint", "thing", "event", "duration", "number", "text", "key"]
Choices = list[tuple[str, str]]

DURATIONS: Final[Choices] = [
    ("PT2M", "2 minutes"),
    ("PT10M", "10 minutes"),
    ("PT1H", "1 hour"),
    ("PT24H", "24 hours"),
    ("PT48H", "48 hours"),
    ("P7D", "7 days"),
    ("P30D", "30 days"),
    ("P90D", "90 days"),
]
NUMBERS: Final[Choices] = [(str(number), str(number)) for number in (2, 3, 4, 5, 10, 20, 50)]
LONGEST_TEXT: Final = 500
# How a text in a blank names what is filled in, and how the rule does.
PLACES: Final = {
    "[product]": "{{pico.product.name}}",
    "[serial number]": "{{pico.serial}}",
    "[owner’s name]": "{{owner.name}}",
}
# Beyond these a list is no help; there is the API.
MOST_CHOICES: Final = 200


@dataclass(frozen=True, slots=True)
class Input:
    """One blank. `label` says aloud what belongs there, `usual` is what stands there at first."""

    name: str
    kind: Kind
    label: str
    usual: str = ""


def choices(kind: Kind, party: Company | Person) -> Choices | None:
    """What can be chosen for such a blank, or None where something is written."""
    if isinstance(party, Company):
        if kind == "product":
            return [(str(one.pk), f"any {one.name}") for one in party.products.order_by("name")[:MOST_CHOICES]]
        if kind == "endpoint":
            return [(str(one.pk), one.url) for one in party.endpoints.filter(deleted_at=None)[:MOST_CHOICES]]
    elif kind == "thing":
        mine = Pico.objects.with_product().visible_to(party).order_by("-claimed_at")[:MOST_CHOICES]
        return [("", "any of my things"), *((one.code, one.title) for one in mine)]
    if kind == "event":
        return _events(party)
    return {"duration": DURATIONS, "number": NUMBERS}.get(kind)


def _events(party: Company | Person) -> Choices:
    """By their words; a person's rules meet only what is about a thing."""
    met = open_to_companies()
    if isinstance(party, Person):
        # It left its maker before it was theirs.
        met = [one for one in met if one.name in {*GRANT_FOR, ENTRY_ADDED} - {ACTIVATED}]
    return sorted(((one.name, one.said("it", mine=isinstance(party, Person))) for one in met), key=itemgetter(1))


def as_typed(text: str) -> str:
    """A rule's text as it stands in a blank."""
    for typed, written in PLACES.items():
        text = text.replace(written, typed)
    return text


def _as_written(text: str) -> str:
    for typed, written in PLACES.items():
        text = text.replace(typed, written)
    return text


def read(inputs: tuple[Input, ...], typed: Mapping[str, str], party: Company | Person) -> dict[str, str]:
    """What was chosen or written for each blank. Raises RefusedError at the first that is empty or not offered."""
    return {one.name: _read(one, typed.get(one.name, "").strip(), party) for one in inputs}


def _read(one: Input, typed: str, party: Company | Person) -> str:
    offered = choices(one.kind, party)
    if offered is not None:
        if typed not in {value for value, _ in offered}:
            message = f"Choose {one.label}."
            raise RefusedError(message, field=one.name)
        return typed
    if not typed or len(typed) > LONGEST_TEXT:
        message = f"Write {one.label}; at most {LONGEST_TEXT} characters."
        raise RefusedError(message, field=one.name)
    if one.kind == "key" and not KEY.fullmatch(typed):
        message = "A name of a value has only a–z, 0–9, dot, hyphen and underline, and begins with a letter."
        raise RefusedError(message, field=one.name)
    return _as_written(typed) if one.kind == "text" else typed
