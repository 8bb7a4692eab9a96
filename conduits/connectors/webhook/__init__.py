"""Any program that takes Standard Webhooks, and answers with the same."""

from conduits.connectors.absent import add_reply, open_request, upsert_contact
from conduits.connectors.kinds import Capabilities
from conduits.connectors.webhook.config import Config
from conduits.connectors.webhook.inbound import parse, verify
from conduits.connectors.webhook.polling import poll
from conduits.connectors.webhook.writing import append_to_timeline, check

NAME = "webhook"
TITLE = "Standard Webhooks"
ABOUT = "Your own program gets signed messages, and answers with signed messages."
INBOUND = "Your program POSTs its answers there, signed with the secret."
CAPABILITIES = Capabilities(timeline=True, inbound=True, signs=True, shows_secret=True)

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
