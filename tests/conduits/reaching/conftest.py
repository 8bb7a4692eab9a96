"""A clock that only the test moves, a company, a person, and a server for what is posted."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

from parties.models import Company, Person
from tests.conduits.sink import Sink
from tests.factories import a_company, a_person

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as travelled:
        yield travelled


@pytest.fixture
def ann() -> Person:
    return a_person(email="ann@example.com")


@pytest.fixture
def lamo() -> Company:
    return a_company("LAMO Footwear")


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as listening:
        yield listening
