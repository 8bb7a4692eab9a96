"""It tells us."""

from conduits.connectors.absent import poll

__all__ = ["poll"]
