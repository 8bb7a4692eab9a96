"""Linksets as JSON (RFC 9264 section 4.2), in the shape that GS1-Conformant Resolver 1.2, section 2.10, wants."""

from collections.abc import Iterable
from typing import Any, Final

from picos.gs1.link_types import DEFAULT, VOCABULARY
from picos.gs1.resolving import Level, Target

MEDIA_TYPE: Final = "application/linkset+json"
# With it the JSON is JSON-LD.
CONTEXT: Final = "https://ref.gs1.org/standards/resolver/linkset-context"
CONTEXT_RELATION: Final = "http://www.w3.org/ns/json-ld#context"


def linkset(levels: Iterable[Level]) -> dict[str, Any]:
    """The document: for each level its links by their types, and its default."""
    return {"linkset": [_context(level) for level in levels]}


def _context(level: Level) -> dict[str, Any]:
    context: dict[str, Any] = {"anchor": level.anchor, "description": level.description}
    if level.default:
        # Exactly one, with nothing but address and title (2.5.8).
        context[VOCABULARY + DEFAULT] = [{"href": level.default.href, "title": level.default.title}]
    for target in level.targets:
        context.setdefault(VOCABULARY + target.type, []).append(_target(target))
    return context


def _target(target: Target) -> dict[str, Any]:
    shown: dict[str, Any] = {"href": target.href, "title": target.title}
    if target.language:
        shown["hreflang"] = [target.language]
    if target.media_type:
        shown["type"] = target.media_type
    return shown
