"""Expressions in CEL (https://cel.dev): which of them are taken, and the fields that they name.

The package that evaluates them knows no bound on time, and holds up all threads meanwhile. So an expression is taken
apart here, and put together again from what is known to be harmless: it has no comprehensions (`all`, `exists`, `map`,
`filter`), no patterns (there is the operator `matches`), and no calls but those named below. Each field becomes one
variable, so that nothing is read that the expression does not name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import cel

from rules.language.comparing import Truth
from rules.language.fields import is_field

# Bytes.
LONGEST: Final = 2048
# Each may copy all of a long text.
MOST_ADDITIONS: Final = 20
FUNCTIONS: Final = frozenset({"double", "duration", "int", "size", "string", "timestamp", "uint"})
METHODS: Final = frozenset(
    {
        *("contains", "endsWith", "size", "startsWith"),
        *("getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear", "getFullYear", "getMonth"),
        *("getHours", "getMilliseconds", "getMinutes", "getSeconds"),
    }
)
_WORDS: Final = frozenset({"true", "false", "null", "in"})
_TOKEN: Final = re.compile(
    r"""[ \t\r\n]+
    |(?P<text>"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*')
    |(?P<number>(?:0[xX][0-9a-fA-F]+|(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)[uU]?)
    |(?P<name>[A-Za-z_]\w*)
    |(?P<mark>&&|\|\||[=!<>]=|[-+*/%<>!?:()\[\],.])""",
    re.VERBOSE | re.ASCII,
)
# In brackets. A key of a value may have dots; elsewhere a dot leads further in.
_STEP: Final = re.compile(r"[\w-]+", re.ASCII)
_KEY: Final = re.compile(r"[\w.-]+", re.ASCII)
_END: Final = ("end", "")


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled one. `fields` and `asked` have a variable for each field that it reads, or asks for by `has`."""

    program: cel.Program
    fields: Mapping[str, str]
    asked: Mapping[str, str]

    def execute(self, values: Mapping[str, Any]) -> tuple[Truth, str]:
        """Of its variables' values. None, and why, where it fails or gives neither true nor false."""
        try:
            result = self.program.execute(cel.Context(dict(values)))
        except Exception as error:  # noqa: BLE001 (one of a dozen kinds; each means that it has no value)
            return None, self._in_own_words(error)
        return (result, "") if isinstance(result, bool) else (None, "It gives neither true nor false.")

    def _in_own_words(self, error: Exception) -> str:
        names = {variable: field for field, variable in (*self.fields.items(), *self.asked.items())}
        return re.sub(r"\b[ah]\d+\b", lambda found: names.get(found[0], found[0]), str(error).partition("\n")[0])[:200]


def compile_expression(text: str) -> Expression:
    """Raises ValueError with what is not taken in it."""
    if len(text.encode(errors="replace")) > LONGEST:
        raise ValueError(f"an expression has at most {LONGEST} bytes")
    reader = _Reader(_tokens(text))
    written = reader.rewritten()
    if not (reader.fields or reader.asked):
        raise ValueError("it names no field")
    try:
        program = cel.compile(written)
    except ValueError as error:
        # `Failed to parse expression '…': ERROR: <input>:1:5: Syntax error: …`; the place is not that in the text.
        *_, why = str(error).partition("\n")[0].rpartition("Syntax error: ")
        raise ValueError(f"it is no CEL ({why[:100]})") from error
    return Expression(program, reader.fields, reader.asked)


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, place = [], 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise ValueError(f"{text[place]!r} cannot stand in it")
        if found.lastgroup:
            tokens.append((found.lastgroup, found[0]))
        place = found.end()
    if tokens.count(("mark", "+")) > MOST_ADDITIONS:
        raise ValueError(f"it has at most {MOST_ADDITIONS} additions")
    return tokens


class _Reader:
    """Goes over the tokens once, from left to right."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._place = 0
        self.fields: dict[str, str] = {}
        self.asked: dict[str, str] = {}

    def rewritten(self) -> str:
        """With a variable for each field. The spaces keep apart what together could be read otherwise."""
        written: list[str] = []
        while self._place < len(self._tokens):
            kind, word = self._ahead(0)
            calls = self._ahead(1)[1] == "("
            if word == ".":
                self._check_dot()
            if kind != "name" or word in _WORDS:
                written.append(self._take())
            elif written[-1:] == ["."]:
                written.append(self._call(METHODS) if calls else self._take())
            elif calls:
                written.append(self._asked() if word == "has" else self._call(FUNCTIONS))
            else:
                written.append(self.fields.setdefault(self._path(), f"a{len(self.fields)}"))
        return " ".join(written)

    def _ahead(self, steps: int) -> tuple[str, str]:
        place = self._place + steps
        return self._tokens[place] if place < len(self._tokens) else _END

    def _take(self) -> str:
        self._place += 1
        return self._tokens[self._place - 1][1]

    def _check_dot(self) -> None:
        """One with nothing before it would look outside of all fields, where nothing ever is."""
        kind, before = self._tokens[self._place - 1] if self._place else _END
        if kind in {"mark", "end"} and before not in {")", "]"}:
            raise ValueError("'.' cannot stand there")

    def _call(self, known: frozenset[str]) -> str:
        if self._ahead(0)[1] not in known:
            names = ", ".join(sorted(known if known is METHODS else {*known, "has"}))
            raise ValueError(f"{self._ahead(0)[1]!r} cannot be called in it; there are {names}")
        return self._take()

    def _asked(self) -> str:
        self._place += 2
        name = self._path() if self._ahead(0)[0] == "name" else ""
        if not name or self._ahead(0)[1] != ")":
            raise ValueError("'has' asks for one field")
        self._place += 1
        return self.asked.setdefault(name, f"h{len(self.asked)}")

    def _path(self) -> str:
        """The field that begins here, with all that follows in dots or brackets until a call."""
        name = self._take()
        while step := self._step(_KEY if name == "pico.state" else _STEP):
            name = f"{name}.{step}"
        if not is_field(name):
            raise ValueError(f"there is no field {name!r}")
        return name

    def _step(self, allowed: re.Pattern[str]) -> str:
        mark, (kind, word), after = self._ahead(0)[1], self._ahead(1), self._ahead(2)[1]
        if mark == "." and kind == "name" and after != "(":
            self._place += 2
            return word
        if mark == "[" and kind == "text" and after == "]" and allowed.fullmatch(word[1:-1]):
            self._place += 3
            return word[1:-1]
        return ""
