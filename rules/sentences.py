"""A rule as the sentence that its owner would say: IF … AND … THEN … ."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from parties.models import Company, Person
from picos.event_types import event_type
from picos.models import Batch, Pico, Product
from rules.actions import settings_of
from rules.fields import in_words
from rules.language import All, Any_, Condition, Definition, Leaf, Not
from rules.operators import OPERATORS


@dataclass(frozen=True, slots=True)
class Sentence:
    """The parts of a rule's sentence, each a complete phrase."""

    when: str
    conditions: str
    then: list[str]

    def __str__(self) -> str:
        middle = f" AND {self.conditions}" if self.conditions else ""
        return f"IF {self.when}{middle} THEN {' AND '.join(self.then)}"


def sentence_of(definition: Definition, party: Company | Person) -> Sentence:
    """The sentence of a definition of this party's."""
    thing = _things(definition, party)
    return Sentence(
        when=_one_of([event_type(name).sentence.format(thing=thing) for name in definition.when.types]),
        conditions=_condition(definition.if_) if definition.if_ else "",
        then=[_action(action) for action in definition.then],
    )


def _things(definition: Definition, party: Company | Person) -> str:
    on = definition.on
    if on.everything:
        return "any of my things" if isinstance(party, Person) else "any product"
    products = [f"any {product.name}" for product in Product.objects.filter(pk__in=on.products)]
    batches = [f"any of {batch}" for batch in Batch.objects.filter(pk__in=on.batches).select_related("product")]
    # What has changed hands since is no longer this party's to name.
    picos = [pico.title for pico in Pico.objects.with_product().visible_to(party).filter(code__in=on.picos)]
    return _one_of([*products, *batches, *picos])


def _one_of(phrases: Iterable[str]) -> str:
    *first, last = list(phrases) or ["nothing"]
    return f"{', '.join(first)} or {last}" if first else last


def _condition(condition: Condition, *, inner: bool = False) -> str:
    match condition:
        case Leaf():
            return _leaf(condition)
        case Not():
            said = _condition(condition.not_, inner=True)
            return f"not {said}" if isinstance(condition.not_, All | Any_) else f"not ({said})"
        case All():
            said = " AND ".join(_condition(one, inner=True) for one in condition.all)
        case Any_():
            said = " OR ".join(_condition(one, inner=True) for one in condition.any)
            inner = True
    return f"({said})" if inner else said


def _leaf(leaf: Leaf) -> str:
    field = in_words(leaf.field)
    if leaf.op == "exists":
        return f"{field} is {'known' if leaf.value else 'not known'}"
    return f"{field} {OPERATORS[leaf.op].words} {_value(leaf.value)}"


def _value(value: Any) -> str:
    if isinstance(value, list):
        return _one_of(_value(one) for one in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _action(action: dict[str, Any]) -> str:
    module, settings = settings_of(action)
    return module.sentence(settings)
