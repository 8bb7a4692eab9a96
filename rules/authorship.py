"""Whose rule an event came from, and for whom it is: what the gate reads of events that rules make."""

from typing import Any

from journals.models import Entry
from rules.models import Rule


def side_of(rule: Rule) -> str:
    """The end of the conduit at which the rule stands."""
    return "company" if rule.company_id else "owner"


def authored(rule: Rule, *, shared: bool = False) -> dict[str, Any]:
    """The part of an event's data that names its rule; unless it is shared, the other side never sees the event."""
    visibility = Entry.Visibility.SHARED if shared else Entry.Visibility.PRIVATE
    return {"author": side_of(rule), "visibility": str(visibility), "rule": rule.name}
