"""Zendesk: users and tickets by its Ticketing API, and its webhook for ticket events."""

from conduits.connectors.absent import append_to_timeline
from conduits.connectors.kinds import Capabilities
from conduits.connectors.zendesk.config import Config
from conduits.connectors.zendesk.inbound import parse, verify
from conduits.connectors.zendesk.polling import poll
from conduits.connectors.zendesk.writing import add_reply, check, open_request, upsert_contact

NAME = "zendesk"
TITLE = "Zendesk"
ABOUT = "What customers do and write becomes tickets and comments; public comments of your agents reach them."
INBOUND = "Make a webhook there for “Comment added to ticket” with it as its endpoint."
CAPABILITIES = Capabilities(contacts=True, requests=True, inbound=True, signs=True)

__all__ = [
    "ABOUT",
    "CAPABILITIES",
    "INBOUND",
    "NAME",
    "TITLE",
    "Config",
    "add_reply",
    "append_to_timeline",
    "check",
    "open_request",
    "parse",
    "poll",
    "upsert_contact",
    "verify",
]
