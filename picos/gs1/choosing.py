"""Which of its links a request gets: GS1-Conformant Resolver 1.2, section 2.6."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from picos.gs1.link_types import DEFAULT
from picos.gs1.resolving import Level, Target

# As good as any: a target that says nothing of its language or media type is better than one that does not fit.
_NEUTRAL: Final = (0.001, 0)
_UNASKED: Final = (1.0, 0)


def default_of(levels: Sequence[Level]) -> Target:
    """Where a request without a link type goes: the default of the most specific level that has one (2.6.1)."""
    return next(level.default for level in levels if level.default)


def choose(levels: Sequence[Level], *, link_type: str, accept: str, accept_language: str) -> tuple[Level, list[Target]]:
    """The level and those of its links that fit best (2.6.2, 2.6.3): one, or several that are equally good, or none.

    The most specific level that has the type decides. Language comes before media type.
    """
    if link_type == DEFAULT:
        return levels[0], [default_of(levels)]
    for level in levels:
        if wanted := [target for target in level.targets if target.type == link_type]:
            ranked = {target: _rank(target, accept, accept_language) for target in wanted}
            best = max(ranked.values())
            return level, [target for target, rank in ranked.items() if rank == best]
    return levels[0], []


def accepts(accept: str, media_type: str) -> float:
    """How much a media type is wanted by name, from 0 to 1."""
    return max((quality for name, quality in _weighted(accept) if name == media_type), default=0.0)


def _rank(target: Target, accept: str, accept_language: str) -> tuple[tuple[float, int], tuple[float, int]]:
    return _language_rank(target.language, accept_language), _media_rank(target.media_type, accept)


def _language_rank(language: str, accept_language: str) -> tuple[float, int]:
    """Quality (RFC 9110 section 12.5.4), then whether the whole tag fits or the language alone."""
    if not accept_language:
        return _UNASKED
    if not language:
        return _NEUTRAL
    ranges, tag = _weighted(accept_language), language.lower()
    ranks = [(quality, 2 if name == tag else 1) for name, quality in ranges if name.split("-")[0] == tag[:2]]
    return max(ranks or [(quality, 0) for name, quality in ranges if name == "*"], default=(0.0, 0))


def _media_rank(media_type: str, accept: str) -> tuple[float, int]:
    """Quality of the most specific range that covers it (RFC 9110 section 12.5.1), then how specific that is."""
    if not accept:
        return _UNASKED
    if not media_type:
        return _NEUTRAL
    ranges = dict(_weighted(accept))
    kind = media_type.partition("/")[0]
    for specific, name in ((2, media_type), (1, f"{kind}/*"), (0, "*/*")):
        if name in ranges:
            return ranges[name], specific
    return (0.0, 0)


@lru_cache(maxsize=256)
def _weighted(header: str) -> tuple[tuple[str, float], ...]:
    """The values of an Accept header in lower case with their qualities; what is no quality counts as 0."""
    weighted = []
    for part in header[:1000].split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((value[2:] for value in parameters if value.startswith("q=")), "1")
        try:
            weighted.append((name, min(1.0, max(0.0, float(quality)))))
        except ValueError:
            weighted.append((name, 0.0))
    return tuple(weighted)
