"""How far apart two countries are: by their middles, less what lies between a middle and a border."""

import csv
import math
from functools import cache
from pathlib import Path
from typing import NamedTuple

EARTH_RADIUS = 6371.0


class Country(NamedTuple):
    """Its middle in degrees, and the radius in kilometres of a circle of its area."""

    latitude: float
    longitude: float
    radius: float


@cache
def countries() -> dict[str, Country]:
    """By ISO 3166-1 code; middles and areas from the CIA World Factbook, which is in the public domain."""
    with (Path(__file__).parent / "countries.csv").open() as file:
        return {
            row["code"]: Country(
                float(row["latitude"]),
                float(row["longitude"]),
                math.sqrt(float(row["square_kilometres"]) / math.pi),
            )
            for row in csv.DictReader(file)
        }


@cache
def kilometres_between(one: str, other: str) -> float:
    """At least so far apart; 0 for neighbours, one and the same, and those that are not known.

    A country is taken as a circle twice its radius wide, as few are round, so the distance is rather too small.
    """
    here, there = countries().get(one), countries().get(other)
    if here is None or there is None or one == other:
        return 0.0
    return max(0.0, _great_circle(here, there) - 2 * (here.radius + there.radius))


def _great_circle(here: Country, there: Country) -> float:
    """Haversine formula."""
    north, south = math.radians(here.latitude), math.radians(there.latitude)
    half_height = math.sin((south - north) / 2) ** 2
    half_width = math.sin(math.radians(there.longitude - here.longitude) / 2) ** 2
    return 2 * EARTH_RADIUS * math.asin(math.sqrt(half_height + math.cos(north) * math.cos(south) * half_width))
