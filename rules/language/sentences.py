"""A rule as the sentence that its owner would say: IF … AND … THEN … ."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from parties.models import Company, Person
from rules import triggers
from rules.actions import branches_of, settings_of, walk
from rules.conditions import phrases
from rules.language.definition import Definition, On
from rules.language.durations import in_words
from rules.language.naming import Names, load_names
from rules.language.quoting import quoted
from rules.models import Rule
from rules.writing import current_version, definition_of

_BRANCHES: Final = {"then": "THEN", "else": "ELSE"}
_MODES: Final = {
    "single": "not while an earlier one is under way",
    "restart": "beginning anew each time",
    "queued": "one after the other",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """The parts of a rule’s sentence, each a complete phrase; `pace` is about how often."""

    when: str
    conditions: list[str]
    then: list[str]
    pace: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        said = f"IF {' AND '.join([self.when, *self.conditions])} THEN {' AND '.join(self.then)}"
        return ", ".join([said, *self.pace])


def sentence_of(definition: Definition, party: Company | Person) -> Sentence:
    """The sentence of a definition of this party's."""
    return _sentences([definition], party)[0]


def sentences_of(rules: Sequence[Rule]) -> list[Sentence]:
    """The sentences of one party's rules, in their order; the queries are as many as for a single one."""
    if not rules:
        return []
    return _sentences([definition_of(current_version(rule)) for rule in rules], rules[0].party)


def _sentences(definitions: Sequence[Definition], party: Company | Person) -> list[Sentence]:
    used = [settings for definition in definitions for _, settings in walk(definition.then)]
    names = load_names(
        party,
        [definition.on for definition in definitions],
        endpoints={settings.endpoint for settings in used if hasattr(settings, "endpoint")},
        rules={settings.rule for settings in used if hasattr(settings, "rule")},
    )
    return [
        Sentence(
            when=_when(definition, names, party),
            conditions=phrases(definition.if_),
            then=[_action(raw, names) for raw in definition.then],
            pace=_pace(definition),
        )
        for definition in definitions
    ]


def _action(raw: Mapping[str, Any], names: Names) -> str:
    """The phrase of an action, with what hangs on it in brackets."""
    action, settings = settings_of(raw)
    branches = [
        f"{_branch(name)} {' AND '.join(_action(one, names) for one in inner)}"
        for name, inner in branches_of(settings).items()
        if inner
    ]
    said = action.sentence(settings, names)
    return f"{said} ({'; '.join(branches)})" if branches else said


def _branch(name: str) -> str:
    """THEN, ELSE, or for one of several answers: ON “Yes”."""
    return _BRANCHES.get(name) or f"ON {quoted(name.partition('.')[2])}"


def _pace(definition: Definition) -> list[str]:
    said = []
    if definition.cooldown:
        said.append(f"resting {in_words(definition.cooldown)} after each time")
    if limit := definition.at_most:
        said.append(f"at most {'once' if limit.times == 1 else f'{limit.times} times'} in {in_words(limit.within)}")
    if definition.mode != "parallel":
        said.append(_MODES[definition.mode])
    if definition.per != "pico":
        said.append(f"each {definition.per} for itself")
    return said


def _when(definition: Definition, names: Names, party: Company | Person) -> str:
    thing = _things(definition.on, names, party)
    return triggers.sentence(definition.when, thing, mine=names.mine)


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
