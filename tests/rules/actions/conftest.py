"""Fixtures of the actions."""

import pytest

from conduits.models import Conduit
from tests.rules.actions.acting import an_open_conduit


@pytest.fixture
def conduit() -> Conduit:
    return an_open_conduit()
