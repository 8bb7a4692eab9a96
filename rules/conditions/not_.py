"""True when the inner one is false; missing stays missing."""

from pydantic import Field

from rules.conditions import Check, Inner, check_of, phrase
from rules.language.comparing import Read, Truth
from rules.language.shapes import Strict
from rules.traces import Trace

NAME = "not"
WEIGHT = 0


class Not(Strict, defer_build=True):
    """`not`: a condition that must be false."""

    not_: Inner = Field(alias="not")


Settings = Not


def compiled(settings: Not) -> Check:
    """Kleene's negation."""
    inner = check_of(settings.not_)

    def check(read: Read, trace: Trace) -> Truth:
        truth = inner(read, trace)
        return None if truth is None else not truth

    return check


def sentence(settings: Not) -> str:
    """In brackets, but never in two pairs of them."""
    inner = phrase(settings.not_)
    return f"not {inner}" if inner.startswith("(") else f"not ({inner})"
