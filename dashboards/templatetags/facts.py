"""What a company's answers say beside their words: times that count down, and what took the place of what."""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from conduits.facts import time_of
from conduits.facts.standing import Facts, Standing, facts_of
from journals.models import Entry

register = template.Library()


@register.simple_tag
def facts_beside(entries: Iterable[Entry], viewer: str) -> Facts:
    """The facts of a page's entries. Who reads what an earlier owner passed on is shown that, and no later word."""
    return facts_of(entries, beyond=viewer != "heir")


@register.filter
def of(facts: Facts, entry: Entry) -> list[Standing]:
    """Those that stand beside this entry."""
    return facts.standing.get(entry.pk, [])


@register.filter
def shown_at(facts: Facts, entry: Entry) -> UUID | None:
    """The entry beside which the correction that this one makes is shown."""
    return facts.shown_at.get(entry.pk)


@register.filter
def clock(written: Any) -> SafeString | str:
    """`16:40 UTC` of today, else `Tuesday 24 November, 16:40 UTC`; the page's script says it in local time."""
    at = _time(written)
    if at is None:
        return ""
    today = timezone.localtime()
    day = "" if at.date() == today.date() else "%A %-d %B, " if at.year == today.year else "%A %-d %B %Y, "
    return format_html('<time class="clock" datetime="{}">{}</time>', at.isoformat(), at.strftime(f"{day}%H:%M UTC"))


@register.filter
def hour(written: Any) -> SafeString | str:
    """The same without the day."""
    at = _time(written)
    if at is None:
        return ""
    return format_html('<time class="clock brief" datetime="{}">{}</time>', at.isoformat(), at.strftime("%H:%M UTC"))


@register.filter
def left(written: Any) -> SafeString | str:
    """`, in 25 minutes`, which the page's script goes on counting; `. It should be back by now.`"""
    at = _time(written)
    if at is None:
        return ""
    return format_html('<span class="left" data-until="{}">{}</span>', at.isoformat(), _in_words(at - timezone.now()))


@register.filter
def host(url: str) -> str:
    """Where an address leads."""
    return urlsplit(url).hostname or ""


def _time(written: Any) -> datetime | None:
    return written if isinstance(written, datetime) else time_of(written)


def _in_words(ahead: timedelta) -> str:
    """As live.js says it; minutes are begun ones."""
    minutes = math.ceil(ahead / timedelta(minutes=1))
    hours, beside = divmod(minutes, 60)
    if minutes <= 0:
        return ". It should be back by now."
    if minutes < 60:  # noqa: PLR2004 (minutes of an hour)
        return f", in {minutes} minute{'s' * (minutes != 1)}"
    if hours < 48:  # noqa: PLR2004 (two days)
        return f", in {hours} h {beside} min" if beside else f", in {hours} h"
    return f", in {hours // 24} days"
