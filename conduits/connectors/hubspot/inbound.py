"""It tells us nothing that we could use: we look."""

from conduits.connectors.absent import parse, verify

__all__ = ["parse", "verify"]
