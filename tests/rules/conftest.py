"""Fixtures of the rule floor."""

from tests.conduits.conftest import sink as sink
