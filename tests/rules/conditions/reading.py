"""Reads a sentence of conditions back, knowing nothing of how it was written. So no two conditions read the same.

What comes back is in a plain form: an `all` or `any` of one is that one, and durations are in seconds.
"""

import json
import re
from typing import Any

from rules.language.fields import _WORDS

FIELD_OF = {words: name for name, words in _WORDS.items()}
SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
QUOTED = re.compile(r"“((?:[^“”\\]|\\[“”\\]|\\u\{[0-9a-f]+\})*)”")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
MOMENT = re.compile(r"[0-9T:.Z+-]+")
REGION = re.compile(r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?")
DISTANCE = re.compile(r"((?:\d+ (?:second|minute|hour|day)s?(?:, | and )?)+) (ago|from now)")
# Longer ones first, where one begins like another.
ORDERED = (
    *(("is more than ", "gt"), ("is at least ", "gte"), ("is less than ", "lt"), ("is at most ", "lte")),
    *(("contains ", "contains"), ("starts with ", "prefix"), ("ends with ", "suffix"), ("matches ", "matches")),
    *(("is before ", "before"), ("is after ", "after"), ("is not ", "is_not"), ("is ", "is")),
)
STATES = (
    *(("is known", "exists", True), ("is not known", "exists", False)),
    *(("has changed", "changed", True), ("has not changed", "changed", False)),
)


def plain(condition: Any) -> Any:
    """The plain form of a condition in JSON."""
    for word in ("all", "any"):
        if word in condition:
            inner = [plain(one) for one in condition[word]]
            return inner[0] if len(inner) == 1 else {word: inner}
    return {"not": plain(condition["not"])} if "not" in condition else condition


def read(sentence: str) -> Any:
    """The plain form of the condition that a sentence is about; fails if it is not a sentence to its end."""
    reader = _Reader(sentence)
    condition = reader.joined()
    assert reader.rest == "", reader.rest
    return condition


class _Reader:
    def __init__(self, rest: str) -> None:
        self.rest = rest

    def took(self, word: str) -> bool:
        found = self.rest.startswith(word)
        if found:
            self.rest = self.rest.removeprefix(word)
        return found

    def found(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.rest)
        if found:
            self.rest = self.rest[found.end() :]
        return found

    def joined(self) -> Any:
        parts = [self.part()]
        for word, key in ((" AND ", "all"), (" OR ", "any")):
            while self.took(word):
                parts.append(self.part())
            if len(parts) > 1:
                return {key: parts}
        return parts[0]

    def part(self) -> Any:
        if self.took("not "):
            assert self.rest.startswith("(")
            return {"not": self.part()}
        if self.took("("):
            inner = self.joined()
            assert self.took(")")
            return inner
        if self.took("the expression "):
            text = self.value()
            assert self.took(" holds")
            return {"cel": text}
        return self.comparison()

    def comparison(self) -> Any:
        field = self.field()
        assert self.took(" ")
        for words, op, value in STATES:
            if self.took(words):
                return {"field": field, "op": op, "value": value}
        if self.took("is one of "):
            return {"field": field, "op": "in", "value": self.listed()}
        if self.took("is between "):
            low = self.value()
            assert self.took(" and ")
            return {"field": field, "op": "between", "value": [low, self.value()]}
        if self.took("is in "):
            region = self.found(REGION)
            assert region
            return {"field": field, "op": "region", "value": region[0]}
        op = next(op for words, op in ORDERED if self.took(words))
        return {"field": field, "op": op, "value": self.value()}

    def field(self) -> str:
        for words, known in FIELD_OF.items():
            if self.took(words):
                return known
        if self.rest.startswith("“"):
            return str(self.value())
        name = self.found(re.compile(r"[A-Za-z0-9_.-]+"))
        assert name
        return name[0]

    def listed(self) -> list[Any]:
        values = [self.value()]
        while self.took(", "):
            values.append(self.value())
        if self.took(" or "):
            values.append(self.value())
        return values

    def value(self) -> Any:
        if quoted := self.found(QUOTED):
            code = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)", re.DOTALL)
            return code.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], quoted[1])
        for word, value in (("true", True), ("false", False)):
            if self.took(word):
                return value
        if distance := self.found(DISTANCE):
            parts = re.findall(r"(\d+) ([a-z]+?)s?\b", distance[1])
            seconds = sum(int(number) * SECONDS[unit] for number, unit in parts)
            return {"ago" if distance[2] == "ago" else "in": seconds}
        moment = self.found(MOMENT) if re.match(r"\d{4}-\d\d-", self.rest) else None
        number = moment or self.found(NUMBER)
        assert number, self.rest
        return moment[0] if moment else json.loads(number[0])
