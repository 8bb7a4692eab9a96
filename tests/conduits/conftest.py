"""Fixtures of the conduit floor."""

from collections.abc import Iterator

import pytest

from tests.conduits.sink import Sink


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A company's end of a webhook."""
    with Sink() as running:
        yield running
