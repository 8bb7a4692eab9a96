"""Made-up months of scans: things that are what they are, and codes that were copied onto others.

Each stream is what the server would see of one code within DAYS: the hash of the visitor, the time, the country. Seeded,
so that the rates which docs/copies.md states come out the same again.
"""

import random
from collections import Counter, deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

from picos.copies import HOUR, MOST_SCANS, WEEK, Evidence, Thresholds, evidence_of
from picos.distances import kilometres_between

DAYS = 30
EVERY = timedelta(minutes=5)
START = datetime(2026, 11, 1, tzinfo=UTC)
MARKETS = ("DE", "FR", "GB", "IT", "ES", "PL", "US", "CN", "JP", "BR", "IN", "AU")
# Where networks that hide a visitor's place tend to let them out.
EXITS = ("US", "NL", "GB", "SG", "DE", "CH")
HIDDEN = 0.03
AIRLINER, AT_AIRPORTS = 800.0, timedelta(hours=3)

Scan = tuple[datetime, int, str]
Stream = list[Scan]
Kind = Callable[[random.Random], Stream]


def _times(rng: random.Random, a_day: float, *, hours: tuple[int, int] = (0, 24)) -> list[datetime]:
    """A Poisson process within these hours of each day."""
    found = []
    for day in range(DAYS):
        at, length = float(hours[0]), hours[1] - hours[0]
        while (at := at + rng.expovariate(a_day / length)) < hours[1]:
            found.append(START + timedelta(days=day, hours=at))
    return found


def _seen(rng: random.Random, country: str) -> str:
    return rng.choice(EXITS) if rng.random() < HIDDEN else country


def quiet(rng: random.Random) -> Stream:
    """A thing at home, scanned now and then by a household, whose addresses change."""
    home = rng.choice(MARKETS)
    return [(at, rng.randrange(1000), _seen(rng, home)) for at in _times(rng, rng.uniform(0.05, 1))]


def often(rng: random.Random) -> Stream:
    """A thing in use, scanned several times a day: a tool, a machine in a workshop."""
    home = rng.choice(MARKETS)
    return [(at, rng.randrange(1000), _seen(rng, home)) for at in _times(rng, rng.uniform(3, 15), hours=(7, 19))]


def hidden(rng: random.Random) -> Stream:
    """A household that goes through a distant network half of the time."""
    home, exit_ = rng.choice(MARKETS), rng.choice(EXITS)
    times = _times(rng, rng.uniform(0.1, 1))
    return [(at, rng.randrange(1000), rng.choice((home, exit_))) for at in times]


def traveller(rng: random.Random) -> Stream:
    """A thing that flies along, as fast as airliners, on a phone that is seen at home for a third of the scans abroad."""
    home = here = rng.choice(MARKETS)
    arrived, stream = START, []
    for at in _times(rng, 1.0):
        if rng.random() < 0.15:
            there = rng.choice(MARKETS)
            flight = AT_AIRPORTS + timedelta(hours=kilometres_between(here, there) / AIRLINER)
            here, arrived = there, at + flight
        if at >= arrived:
            stream.append((at, rng.randrange(1000), home if rng.random() < 1 / 3 else _seen(rng, here)))
    return stream


def shipped(rng: random.Random) -> Stream:
    """A thing on its way from a factory by air freight, scanned at each step, then at home."""
    at, stream = START, []
    for country in ("CN", rng.choice(("NL", "US")), rng.choice(MARKETS)):
        stream += [(at + timedelta(minutes=10 * number), number, country) for number in range(rng.randint(1, 4))]
        at += timedelta(days=rng.uniform(2, 6))
    return stream


def on_show(rng: random.Random) -> Stream:
    """A piece in a shop's window or a museum: up to 15 visitors an hour, some of them with phones from abroad."""
    home = rng.choice(MARKETS)
    times = _times(rng, rng.uniform(20, 150), hours=(9, 19))
    return [
        (at, number, rng.choice(MARKETS) if rng.random() < 0.05 else _seen(rng, home))
        for number, at in enumerate(times)
    ]


def at_a_fair(rng: random.Random) -> Stream:
    """A piece at a fair: 40 visitors an hour for three days."""
    home = rng.choice(MARKETS)
    times = [at for at in _times(rng, 320, hours=(9, 17)) if at < START + timedelta(days=3)]
    return [(at, number, _seen(rng, home)) for number, at in enumerate(times)]


def copied(fewest: int, most: int, countries: tuple[int, int]) -> Kind:
    """So many fakes with one code, sold in so many countries, each scanned once in ten days."""

    def stream(rng: random.Random) -> Stream:
        sold_in = rng.sample(MARKETS, rng.randint(*countries))
        visitors = count()
        times = _times(rng, rng.randint(fewest, most) / 10)
        return [(at, next(visitors), _seen(rng, rng.choice(sold_in))) for at in times]

    return stream


GENUINE: dict[str, Kind] = {
    "quiet": quiet,
    "often": often,
    "hidden": hidden,
    "traveller": traveller,
    "shipped": shipped,
    "on_show": on_show,
    "at_a_fair": at_a_fair,
}
COPIED: dict[str, Kind] = {
    "10 to 50, abroad": copied(10, 50, (2, 4)),
    "50 to 500, abroad": copied(50, 500, (2, 5)),
    "500 to 5,000, abroad": copied(500, 5000, (3, 6)),
    "50 to 500, one country": copied(50, 500, (1, 1)),
    "500 to 5,000, one country": copied(500, 5000, (1, 1)),
    "10,000 to 20,000, one country": copied(10_000, 20_000, (1, 1)),
}


def first_evidence(stream: Stream, limits: Thresholds, *, regions: bool) -> Evidence:
    """What the first look that finds something finds, with a look every five minutes, as picos/copies.py gathers it."""
    within: deque[Scan] = deque()
    visitors: Counter[int] = Counter()
    places: deque[tuple[datetime, str]] = deque(maxlen=MOST_SCANS)
    for number, (at, visitor, country) in enumerate(stream):
        within.append((at, visitor, country))
        visitors[visitor] += 1
        while within[0][0] < at - HOUR:
            gone = within.popleft()[1]
            visitors[gone] -= 1
            if not visitors[gone]:
                del visitors[gone]
        places.append((at, country))
        while places[0][0] < at - WEEK:
            places.popleft()
        last = number + 1 == len(stream) or (stream[number + 1][0] - START) // EVERY != (at - START) // EVERY
        if last and (found := evidence_of(visitors=len(visitors), places=[*places] if regions else [], limits=limits)):
            return found
    return {}


def share_flagged(kind: Kind, *, streams: int, limits: Thresholds, regions: bool) -> float:
    """Of so many streams of a kind, the share for which there is an event."""
    flagged = [bool(first_evidence(kind(random.Random(seed)), limits, regions=regions)) for seed in range(streams)]
    return sum(flagged) / streams
