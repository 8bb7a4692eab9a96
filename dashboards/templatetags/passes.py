"""What is shown in a call, the same to the owner who ticks it and to the agent who is shown it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from conduits.facts import time_of
from conduits.passes.fields import REGION
from dashboards.templatetags.words import plain
from picos.regions import name_of

register = template.Library()


@dataclass(frozen=True, slots=True)
class Line:
    """One of a field's lines: words, or a photo by its id; and from when, if it says."""

    text: str = ""
    photo: str = ""
    at: datetime | None = None


@register.filter
def shown_lines(value: Any, name: str) -> list[Line]:
    """The value of the field of this name, line by line."""
    match value:
        case str() if name == REGION:
            return [Line(name_of(value))]
        case list():
            return [Line(one.get("text", ""), one.get("photo", ""), time_of(one["at"])) for one in value]
        case {"value": said}:
            return [Line(plain(said))]
        case _:
            return [Line(str(value))]


@register.filter
def counting(until: datetime) -> SafeString:
    """`, another 25 minutes`, which the page's script goes on counting; nothing once it is over."""
    minutes = max(0, -int((timezone.now() - until).total_seconds() // 60))
    words = f", another {minutes} minute{'s' * (minutes != 1)}" if minutes else ""
    return format_html('<span class="left" data-for="{}">{}</span>', until.isoformat(), words)
