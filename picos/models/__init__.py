"""The tables of the pico floor."""

from picos.models.alias import Alias
from picos.models.catalogue import Batch, GivenSerials, Product
from picos.models.channel import Channel, ChannelUse
from picos.models.event import Event, Lane, Pending
from picos.models.link import Link
from picos.models.logo import Logo
from picos.models.loss import Finder, FinderMessage, Loss
from picos.models.notice import Notice
from picos.models.offer import Invitation, Offer, Transfer
from picos.models.pico import Pico
from picos.models.state import State
from picos.models.suspicion import CopyThresholds, Sighting, Suspicion
from picos.models.visit import Visit

__all__ = [
    "Alias",
    "Batch",
    "Channel",
    "ChannelUse",
    "CopyThresholds",
    "Event",
    "Finder",
    "FinderMessage",
    "GivenSerials",
    "Invitation",
    "Lane",
    "Link",
    "Logo",
    "Loss",
    "Notice",
    "Offer",
    "Pending",
    "Pico",
    "Product",
    "Sighting",
    "State",
    "Suspicion",
    "Transfer",
    "Visit",
]
