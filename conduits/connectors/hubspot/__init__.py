"""HubSpot: contacts, tickets and notes by its CRM API, as private apps use it."""

from conduits.connectors.hubspot.config import Config
from conduits.connectors.hubspot.inbound import parse, verify
from conduits.connectors.hubspot.polling import poll
from conduits.connectors.hubspot.writing import add_reply, append_to_timeline, check, open_request, upsert_contact
from conduits.connectors.kinds import Capabilities

NAME = "hubspot"
TITLE = "HubSpot"
ABOUT = "What customers do and write becomes tickets and notes; notes that you mark for them reach them."
INBOUND = ""
CAPABILITIES = Capabilities(contacts=True, timeline=True, requests=True, polling=True)

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
