"""True when one is, false when all are false."""

from pydantic import Field

from rules.conditions import MOST, Check, Inner, check_of, phrase
from rules.language.comparing import Read, Truth
from rules.language.shapes import Strict
from rules.traces import Trace

NAME = "any"
WEIGHT = 0


class AnyOne(Strict, defer_build=True):
    """`any`: conditions, of which one must hold."""

    any: list[Inner] = Field(min_length=1, max_length=MOST)


Settings = AnyOne


def compiled(settings: AnyOne) -> Check:
    """Kleene's strong disjunction."""
    checks = [check_of(one) for one in settings.any]

    def check(read: Read, trace: Trace) -> Truth:
        truths = [one(read, trace) for one in checks]
        if True in truths:
            return True
        return None if None in truths else False

    return check


def sentence(settings: AnyOne) -> str:
    """Joined by OR, in brackets."""
    return f"({' OR '.join(map(phrase, settings.any))})"
