"""Chatwoot: contacts, conversations and messages of an API inbox, and its webhook."""

from conduits.connectors.absent import append_to_timeline
from conduits.connectors.chatwoot.config import Config
from conduits.connectors.chatwoot.inbound import parse, verify
from conduits.connectors.chatwoot.polling import poll
from conduits.connectors.chatwoot.writing import add_reply, check, open_request, upsert_contact
from conduits.connectors.kinds import Capabilities

NAME = "chatwoot"
TITLE = "Chatwoot"
ABOUT = "Each customer and thing becomes a conversation; what your agents write there reaches them."
INBOUND = "Make a webhook there for message_created with it."
CAPABILITIES = Capabilities(contacts=True, requests=True, inbound=True)

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
