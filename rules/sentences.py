"""A rule as the sentence that its owner would say: IF … AND … THEN … ."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from parties.models import Company, Person
from rules.actions import settings_of
from rules.conditions import phrases
from rules.language import Definition, On
from rules.models import Rule
from rules.naming import Names, load_names
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
            conditions=phrases(definition.if_),
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
