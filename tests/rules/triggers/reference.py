"""What each operator means, said a second time: over the whole list of events at once, by trying out everything.

Nothing of rules/triggers is used. A pattern is its JSON; an event is a time, the places of the leaves that it fits, and a
value. A completion is an end and a start; of those with the same end, the one with the latest start counts.
"""

from collections.abc import Callable, Iterator
from itertools import count, pairwise, product
from typing import Any

SECOND = 1_000_000
Event = tuple[int, frozenset[int], Any]
# Start by end.
Completions = dict[int, int]

AGGREGATES: dict[str, Callable[[list[float]], float]] = {
    "sum": sum,
    "avg": lambda values: sum(values) / len(values),
    "min": min,
    "max": max,
}
TESTS: dict[str, Callable[[float, float], bool]] = {
    "gt": lambda left, right: left > right,
    "gte": lambda left, right: left >= right,
    "lt": lambda left, right: left < right,
    "lte": lambda left, right: left <= right,
}


def numbered(when: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """The pattern with each leaf's place in it, and how many leaves there are."""
    places = count()
    return _numbered(when, places), next(places)


def _numbered(when: Any, places: Iterator[int]) -> Any:
    if isinstance(when, list):
        return [_numbered(one, places) for one in when]
    if not isinstance(when, dict):
        return when
    if "event" in when:
        return when | {"place": next(places)}
    keys = ("not", "after", "within") if "not" in when else when
    return {key: _numbered(when[key], places) for key in keys}


def firings(when: dict[str, Any], events: list[Event], begin: int) -> Completions:
    """The ends at which the pattern fires, begun at a moment: after each it begins again."""
    match when:
        case {"any": parts}:
            return _any_firings(parts, events, begin)
        case {"count": times, "of": _}:
            found, since = {}, []
            for end, start in firings(when["of"], events, begin).items():
                since.append(start)
                if len(since) >= times and _in_time(when, since[-times], end):
                    found[end] = since[-times]
                    since = []
            return found
        case {"repeat": _} | {"not": _} | {"op": _}:
            return completions(when, events, begin)
    found = {}
    while following := completions(when, events, begin):
        begin = min(following)
        found[begin] = following[begin]
    return found


def _any_firings(parts: list[dict[str, Any]], events: list[Event], begin: int) -> Completions:
    streams, found, now = [firings(part, events, begin) for part in parts], {}, begin
    while ends := [end for stream in streams for end in stream if end > now]:
        now = min(ends)
        found[now] = max(stream[now] for stream in streams if now in stream)
        streams = [
            stream if now in stream else firings(part, events, now) for part, stream in zip(parts, streams, strict=True)
        ]
    return found


def completions(when: dict[str, Any], events: list[Event], begin: int) -> Completions:
    """All moments at which the pattern is complete, of what happens after `begin`."""
    if "place" in when:
        return {time: time for time, places, _ in events if time > begin and when["place"] in places}
    meanings = {"not": _absences, "op": _risings, "count": _times, "repeat": _times}
    for name, meaning in meanings.items():
        if name in when:
            return meaning(when, events, begin)
    name = next(name for name in when if name != "within")
    parts = [completions(part, events, begin) for part in when[name]]
    return _shortest([(end, start) for end, start in _lists(name, parts, events) if _in_time(when, start, end)])


def _lists(name: str, parts: list[Completions], events: list[Event]) -> list[tuple[int, int]]:
    if name == "any":
        return [pair for part in parts for pair in part.items()]
    if name == "all":
        return _each(parts)
    if name == "then":
        return _chain(parts, lambda end, start: not any(end < time < start for time, _, _ in events))
    if name == "not_between":
        spoilers = parts[0].items()
        return _chain(parts[1:], lambda end, start: not any(end < p and q < start for q, p in spoilers))
    orders = {"before": parts, "after": parts[::-1], "between": [parts[1], parts[0], *parts[2:]]}
    return _chain(orders[name])


def _times(when: dict[str, Any], events: list[Event], begin: int) -> Completions:
    times = when.get("count") or when["repeat"]
    happened = list(firings(when["of"], events, begin).items())
    last = [happened[number - times : number] for number in range(times, len(happened) + 1)]
    return {some[-1][0]: some[0][1] for some in last if _in_time(when, some[0][1], some[-1][0])}


def _shortest(pairs: list[tuple[int, int]]) -> Completions:
    found: Completions = {}
    for end, start in sorted(pairs):
        found[end] = max(start, found.get(end, start))
    return found


def _in_time(when: dict[str, Any], start: int, end: int) -> bool:
    return "within" not in when or end - start <= when["within"] * SECOND


def _chain(
    parts: list[Completions], fits: Callable[[int, int], bool] = lambda _end, _start: True
) -> list[tuple[int, int]]:
    return [
        (chosen[-1][0], chosen[0][1])
        for chosen in product(*(part.items() for part in parts))
        if all(one[0] < other[1] and fits(one[0], other[1]) for one, other in pairwise(chosen))
    ]


def _each(parts: list[Completions]) -> list[tuple[int, int]]:
    return [
        (max(end for end, _ in chosen), min(start for _, start in chosen))
        for chosen in product(*(part.items() for part in parts))
        if len({end for end, _ in chosen}) == len(chosen)
    ]


def _absences(when: dict[str, Any], events: list[Event], begin: int) -> Completions:
    found, free = {}, begin
    for end, start in firings(when["after"], events, begin).items():
        if end < free:
            continue
        free = end + when["within"] * SECOND
        happened = [one for one in completions(when["not"], events, end) if one < free]
        if happened:
            free = min(happened)
        else:
            found[free] = start
    return found


def _risings(when: dict[str, Any], events: list[Event], begin: int) -> Completions:
    name = next(name for name in AGGREGATES if name in when)
    values = {time: value for time, _, value in events}
    happened = [pair for pair in firings(when["of"], events, begin).items() if _is_number(values.get(pair[0]))]
    ends = [end for end, _ in happened]

    def holds(now: int, known: list[int]) -> bool:
        window = [values[end] for end in known if now - end <= when["within"] * SECOND]
        if not window and name != "sum":
            return False
        return TESTS[when["op"]](AGGREGATES[name](window) if window else 0, when["value"])

    found = {}
    for number, (end, start) in enumerate(happened):
        known = ends[: number + 1]
        # What held at the one before, and at each moment since at which something left the window.
        left = [one + when["within"] * SECOND + 1 for one in known[:-1]]
        looked = [ends[number - 1], *(one for one in left if ends[number - 1] < one <= end)] if number else []
        held = bool(looked) and all(holds(one, known[:-1]) for one in looked)
        if holds(end, known) and not held:
            found[end] = start
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
