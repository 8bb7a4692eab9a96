"""Salesforce: contacts, cases and case comments by its REST API."""

from conduits.connectors.absent import append_to_timeline
from conduits.connectors.kinds import Capabilities
from conduits.connectors.salesforce.config import Config
from conduits.connectors.salesforce.inbound import parse, verify
from conduits.connectors.salesforce.polling import poll
from conduits.connectors.salesforce.writing import add_reply, check, open_request, upsert_contact

NAME = "salesforce"
TITLE = "Salesforce"
ABOUT = "What customers do and write becomes cases and comments; public comments of your agents reach them."
INBOUND = ""
CAPABILITIES = Capabilities(contacts=True, requests=True, polling=True)

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
