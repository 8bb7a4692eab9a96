"""A rule as the sentence that its owner would say: IF … AND … THEN … ."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from parties.models import Company, Person
from rules.actions import settings_of
from rules.fields import in_words
from rules.language import All, Any_, Condition, Definition, Leaf, Not, On
from rules.models import Rule
from rules.naming import Names, load_names
from rules.operators import OPERATORS
from rules.triggers import sentence as when_sentence
from rules.writing import current_version, definition_of


@dataclass(frozen=True, slots=True)
class Sentence:
    """The parts of a rule's sentence, each a complete phrase."""

    when: str
    conditions: list[str]
    then: list[str]

    def __str__(self) -> str:
        return f"IF {' AND '.join([self.when, *self.conditions])} THEN {' AND '.join(self.then)}"


def sentence_of(definition: Definition, party: Company | Person) -> Sentence:
    """The sentence of a definition of this party's."""
    return _sentences([definition], party)[0]


def sentences_of(rules: Sequence[Rule]) -> list[Sentence]:
    """The sentences of one party's rules, in their order; the queries are as many as for a single one."""
    if not rules:
        return []
    return _sentences([definition_of(current_version(rule)) for rule in rules], rules[0].party)


def _sentences(definitions: Sequence[Definition], party: Company | Person) -> list[Sentence]:
    todo = [[settings_of(action) for action in definition.then] for definition in definitions]
    endpoints = {settings.endpoint for actions in todo for _, settings in actions if hasattr(settings, "endpoint")}
    names = load_names(party, [definition.on for definition in definitions], endpoints)
    return [
        Sentence(
            when=_when(definition, names, party),
            conditions=_conditions(definition.if_),
            then=[module.sentence(settings, names) for module, settings in actions],
        )
        for definition, actions in zip(definitions, todo, strict=True)
    ]


def _when(definition: Definition, names: Names, party: Company | Person) -> str:
    thing = _things(definition.on, names, party)
    return when_sentence(definition.when, thing)


def _things(on: On, names: Names, party: Company | Person) -> str:
    if on.everything:
        return "any of my things" if isinstance(party, Person) else "any product"
    products = [f"any {names.products[id_]}" for id_ in dict.fromkeys(on.products) if id_ in names.products]
    batches = [f"any of {names.batches[id_]}" for id_ in dict.fromkeys(on.batches) if id_ in names.batches]
    picos = [names.picos[code] for code in dict.fromkeys(on.picos) if code in names.picos]
    return _one_of([*products, *batches, *picos])


def _one_of(phrases: Iterable[str]) -> str:
    *first, last = list(phrases) or ["nothing"]
    return f"{', '.join(first)} or {last}" if first else last


def _conditions(condition: Condition | None) -> list[str]:
    """All that must hold, each by itself."""
    if condition is None:
        return []
    if isinstance(condition, All):
        return [_condition(one, inner=True) for one in condition.all]
    return [_condition(condition)]


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
