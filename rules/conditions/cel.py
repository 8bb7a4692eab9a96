"""The advanced form: an expression in CEL, the Common Expression Language (https://cel.dev), without its loops."""

from typing import Annotated

from pydantic import AfterValidator, Field

from rules.conditions import Check
from rules.language.comparing import Read, Truth
from rules.language.expressions import LONGEST, compile_expression
from rules.language.fields import MISSING
from rules.language.quoting import quoted
from rules.language.shapes import Strict
from rules.traces import Trace, shown

NAME = "cel"
# It says as much as several comparisons, and takes long to compile.
WEIGHT = 10


def _compilable(text: str) -> str:
    compile_expression(text)
    return text


class Cel(Strict):
    """`cel`: an expression that is true or false."""

    cel: Annotated[str, Field(min_length=1, max_length=LONGEST), AfterValidator(_compilable)]


Settings = Cel


def compiled(settings: Cel) -> Check:
    """Missing where it fails or gives neither true nor false; why stands in the trace, unless a field was missing.

    CEL's `&&` and `||` are Kleene's too: what fails on one side does not matter where the other one decides.
    """
    expression = compile_expression(settings.cel)
    fields, asked = expression.fields, expression.asked
    named = list(dict.fromkeys((*fields, *asked)))

    def check(read: Read, trace: Trace) -> Truth:
        seen = {name: read(name) for name in named}
        known = {variable: seen[name] for name, variable in fields.items() if seen[name] is not MISSING}
        there = {variable: seen[name] is not MISSING for name, variable in asked.items()}
        result, why = expression.execute(known | there)
        line = {"cel": settings.cel, "seen": {name: shown(seen[name]) for name in named}, "result": result}
        trace.append(line | {"why": why} if why and len(known) == len(fields) else line)
        return result

    return check


def sentence(settings: Cel) -> str:
    """As it was written."""
    return f"the expression {quoted(settings.cel)} holds"
