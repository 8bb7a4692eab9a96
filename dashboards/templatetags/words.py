"""Times, codes and counts as people say them."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from conduits.models import Advisory
from parties.keys import READING
from picos import codes, qr, regions
from picos.serials import numbered_serials
from rules.language.fields import in_words

register = template.Library()
# Of a list, as many as fit in a cell.
SOME = 3
register.filter("field_in_words", in_words)
register.filter("region_name", regions.name_of)
register.filter("numbered", numbered_serials)

_STEPS = (
    (timedelta(minutes=1), None, "just now"),
    (timedelta(hours=1), timedelta(minutes=1), "minute"),
    (timedelta(days=1), timedelta(hours=1), "hour"),
    (timedelta(days=30), timedelta(days=1), "day"),
    (timedelta(days=365), timedelta(days=30), "month"),
    (timedelta.max, timedelta(days=365), "year"),
)


@register.filter
def ago(at: datetime | None) -> SafeString | str:
    """`2 minutes ago`, with the exact time on hover."""
    if at is None:
        return ""
    return _time(at, f"{lasted(at)} ago" if lasted(at) != "just now" else "just now")


@register.filter
def lasted(since: datetime) -> str:
    """`2 minutes`: how long it has been since then."""
    passed = max(timezone.now() - since, timedelta())
    for limit, unit, word in _STEPS:
        if passed < limit:
            return f"{passed // unit} {word}{'s' * (passed // unit != 1)}" if unit else word
    return "for ever"


@register.filter
def moment(at: datetime) -> SafeString:
    """`16:40 UTC` of today, or `24 November, 16:40 UTC`; with the year in another one.

    The page's script says it in local time, as it does beside it with what a company's answers say.
    """
    there = at.astimezone(timezone.get_current_timezone())
    now = timezone.localtime()
    day = "" if there.date() == now.date() else "%-d %B, " if there.year == now.year else "%-d %B %Y, "
    return _time(at, there.strftime(f"{day}%H:%M UTC"), mark_safe(' class="clock"'))


@register.filter
def some(texts: list[str]) -> str:
    """The first of them, and how many more there are: `A1..A9, B3 and 12 more`."""
    shown = ", ".join(texts[:SOME])
    return f"{shown} and {len(texts) - SOME:,} more" if len(texts) > SOME else shown


@register.filter
def state_in_words(advisory: Advisory) -> str:
    """`stands`, `all clear`, …"""
    return {"standing": "stands", "expired": "over", "all_clear": "all clear"}.get(advisory.state, advisory.state)


@register.filter
def seconds(number: int) -> str:
    """`40 s`, `12 min`, `1 h 5 min`."""
    return f"{number} s" if number < 60 else _duration(timedelta(seconds=number))  # noqa: PLR2004


@register.filter
def grouped(code: str) -> str:
    """K7QM-3XNB-0FJ2-H."""
    return codes.spaced(code)


@register.filter
def mid_sentence(label: str) -> str:
    """A label as it stands within a sentence."""
    return f"{label[:1].lower()}{label[1:]}"


@register.filter
def spoken(key: str) -> str:
    """A state value's key, `warranty_until`, as it is read: `warranty until`."""
    return key.replace("_", " ")


@register.filter
def plain(value: Any) -> str:
    """A state value as a person would write it: `yes`, `3`, `red, blue`, `size: 42, colour: red`."""
    match value:
        case bool():
            return "yes" if value else "no"
        case None:
            return "nothing"
        case list():
            return ", ".join(plain(one) for one in value) or "nothing"
        case dict():
            return ", ".join(f"{spoken(key)}: {plain(one)}" for key, one in value.items()) or "nothing"
        case _:
            return str(value)


@register.filter
def evidence(found: dict[str, Any]) -> str:
    """Why a code looks copied: `5 of 12 scans too far from the one before (China and South Korea)`."""
    said = []
    if "visitors" in found:
        said.append(f"{found['visitors']} visitors within an hour")
    if "jumps" in found:
        where = f" ({' and '.join(map(regions.name_of, found['regions']))})" if found.get("regions") else ""
        said.append(f"{found['jumps']} of {found['scans']} scans too far from the one before{where}")
    return "; ".join(said)


@register.filter
def may(scopes: list[str]) -> str:
    """What a key may do: `everything`, `only read`, or its scopes as they are."""
    return {("*",): "everything", tuple(sorted(READING)): "only read"}.get(tuple(scopes), ", ".join(scopes))


@register.simple_tag
def measures() -> qr.Measures:
    """How large a code of ours is in print."""
    return qr.measures()


def _duration(left: timedelta) -> str:
    minutes = int(left.total_seconds() // 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _time(at: datetime, words: str, kind: str = "") -> SafeString:
    exact = at.astimezone(timezone.get_current_timezone()).strftime("%-d %B %Y, %H:%M UTC")
    return format_html('<time{} datetime="{}" title="{}">{}</time>', kind, at.isoformat(), exact, words)
