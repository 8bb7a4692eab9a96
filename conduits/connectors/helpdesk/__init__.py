"""django-helpdesk, 2.6: tickets and follow-ups by its REST API, and its follow-up webhook."""

from conduits.connectors.absent import append_to_timeline, upsert_contact, verify
from conduits.connectors.helpdesk.config import Config
from conduits.connectors.helpdesk.inbound import parse
from conduits.connectors.helpdesk.polling import poll
from conduits.connectors.helpdesk.writing import add_reply, check, open_request
from conduits.connectors.kinds import Capabilities

NAME = "helpdesk"
TITLE = "django-helpdesk"
ABOUT = "What customers do and write becomes tickets and follow-ups; public follow-ups of your agents reach them."
INBOUND = "Set HELPDESK_FOLLOWUP_WEBHOOK_URLS to it in your helpdesk."
CAPABILITIES = Capabilities(requests=True, inbound=True, polling=True)

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
