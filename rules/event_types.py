"""The event types of the rule floor; those that may pass to the other side stand with the gate, a floor below."""

from typing import Final

from conduits.event_types import OWNERS_OWN
from conduits.event_types import RULE_ANSWERED as RULE_ANSWERED
from conduits.event_types import RULE_ASKED as RULE_ASKED
from conduits.event_types import RULE_DUE as RULE_DUE
from conduits.event_types import RULE_RAISED as RULE_RAISED
from conduits.event_types import RULE_STARTED as RULE_STARTED
from picos.event_types import EventType, event_types, register

RULE_PAUSED = register("rule.paused", "a rule is paused")

# Each is for the one rule that it names.
OF_ONE_RULE: Final = frozenset({RULE_DUE, RULE_STARTED})


def open_to_companies() -> list[EventType]:
    """What a company's rules can wait for and its endpoints can get, as far as the gate lets each pass."""
    return [known for known in event_types() if known.name not in OF_ONE_RULE | OWNERS_OWN]
