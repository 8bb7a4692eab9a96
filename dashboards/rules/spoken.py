"""A rule made from a template in the template's own words, which its owner chose it by; any other as its parts say."""

from collections.abc import Sequence
from dataclasses import dataclass
from string import Formatter

from parties.models import Company, Person
from rules import gallery
from rules.gallery.inputs import Choices, Input, Kind, as_typed, choices
from rules.language.quoting import quoted
from rules.language.sentences import Sentence, sentence_of, sentences_of
from rules.models import Rule, RuleVersion
from rules.writing import current_version, definition_of


@dataclass(frozen=True, slots=True)
class Spoken:
    """`pieces`: stretches of the sentence, each with whether it fills a blank; `pace` as in Sentence."""

    pieces: list[tuple[str, bool]]
    pace: list[str]


def spoken_all(rules: Sequence[Rule], party: Company | Person) -> list[Spoken | Sentence]:
    """Of one party's rules, in their order; the queries are as many as for one of each template."""
    filled = _Filled(party)
    pairs = zip(rules, sentences_of(rules), strict=True)
    return [_spoken(current_version(rule), sentence, filled) for rule, sentence in pairs]


def spoken(version: RuleVersion, party: Company | Person) -> Spoken | Sentence:
    """Of one version."""
    return _spoken(version, sentence_of(definition_of(version), party), _Filled(party))


class _Filled:
    """What stands in a blank, as it was chosen or written; what can be chosen is asked for once."""

    def __init__(self, party: Company | Person) -> None:
        self.party = party
        self._offered: dict[Kind, Choices | None] = {}

    def says(self, blank: Input, value: str) -> str | None:
        """None for what is not offered any more, an endpoint that was deleted for example."""
        if blank.kind not in self._offered:
            self._offered[blank.kind] = choices(blank.kind, self.party)
        offered = self._offered[blank.kind]
        return quoted(as_typed(value)) if offered is None else dict(offered).get(value)


def _spoken(version: RuleVersion, sentence: Sentence, filled: _Filled) -> Spoken | Sentence:
    template = gallery.templates().get(version.template.get("name", ""))
    if template is None:
        return sentence
    values = version.template.get("values", {})
    said = {blank.name: filled.says(blank, values.get(blank.name, "")) for blank in template.INPUTS}
    pieces: list[tuple[str, bool]] = []
    for words, name, _, _ in Formatter().parse(gallery.sentence_for(template, filled.party)):
        pieces.append((words, False))
        if name:
            piece = said[name]
            if piece is None:
                return sentence
            pieces.append((piece, True))
    return Spoken(pieces, sentence.pace)
