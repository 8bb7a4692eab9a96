"""The tables of the pico floor."""

from picos.models.catalogue import Batch, GivenSerials, Product
from picos.models.event import Event, Lane, Pending
from picos.models.loss import Finder, FinderMessage, Loss
from picos.models.notice import Notice
from picos.models.pico import Pico
from picos.models.visit import Visit

__all__ = [
    "Batch",
    "Event",
    "Finder",
    "FinderMessage",
    "GivenSerials",
    "Lane",
    "Loss",
    "Notice",
    "Pending",
    "Pico",
    "Product",
    "Visit",
]
