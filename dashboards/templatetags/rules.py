"""Rules on pages: links within the place that shows them, and the engine's terms in words."""

import re
from collections.abc import Mapping
from typing import Any, Final

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from dashboards.rules.places import Place
from dashboards.templatetags.plainly import to_the_owner
from picos.event_types import UnknownEventTypeError, event_type
from rules.language.fields import in_words
from rules.operators import operators

register = template.Library()

_OUTCOMES: Final = {
    "fired": "It acted",
    "waiting": "It acted, and waits",
    "queued": "It waits for its turn",
    "not_matched": "It did not act: not all of its conditions held",
    "noted": "It counted this, and goes on watching",
    "skipped": "It held back",
    "stopped": "It was stopped",
    "cancelled": "It was ended while it waited",
    "failed": "It failed, and nothing of it was done",
}
_LOUD: Final = re.compile(r"\b(IF|AND|THEN|OR)\b")


@register.simple_tag
def page(place: Place, name: str, *args: object) -> str:
    """The path of a page of rules, on the dashboard or at the desk."""
    return place.url(name, *args)


@register.filter
def outcome_in_words(outcome: str) -> str:
    """What came of a run."""
    return _OUTCOMES.get(str(outcome), str(outcome))


@register.filter
def event_in_words(name: str, place: Place) -> str:
    """What happened, as a sentence begins, in the words of the place."""
    try:
        said = event_type(name).said("it", mine=not place.member)
    except UnknownEventTypeError:
        return name
    return said[0].upper() + said[1:]


@register.filter
def said_at(detail: str, place: Place) -> str:
    """What came of an action, in the words of the place: of lines on a person's dashboard, of conduits at a desk."""
    return detail if place.member else to_the_owner(detail)


@register.filter
def comparison_in_words(leaf: Mapping[str, Any]) -> str:
    """What one comparison wanted, or an expression as it was written."""
    if "cel" in leaf:
        return str(leaf["cel"])
    operator = operators().get(str(leaf.get("op")))
    field = in_words(str(leaf.get("field", "")))
    return f"{field} {operator.sentence(leaf.get('value'))}" if operator else field


@register.filter
def loud(words: str) -> SafeString:
    """A sentence's words, those that make it a rule in bold."""
    return mark_safe(_LOUD.sub(r"<b>\1</b>", escape(words)))  # noqa: S308 (escaped)
