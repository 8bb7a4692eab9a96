"""True when all are, false when one is false."""

from pydantic import Field

from rules.conditions import MOST, Check, Inner, check_of, phrase
from rules.language.comparing import Read, Truth
from rules.language.shapes import Strict
from rules.traces import Trace

NAME = "all"
WEIGHT = 0


class All(Strict, defer_build=True):
    """`all`: conditions, of which each must hold."""

    all: list[Inner] = Field(min_length=1, max_length=MOST)


Settings = All


def compiled(settings: All) -> Check:
    """Kleene's strong conjunction."""
    checks = [check_of(one) for one in settings.all]

    def check(read: Read, trace: Trace) -> Truth:
        truths = [one(read, trace) for one in checks]
        if False in truths:
            return False
        return None if None in truths else True

    return check


def sentence(settings: All) -> str:
    """Joined by AND, in brackets."""
    return f"({' AND '.join(map(phrase, settings.all))})"
