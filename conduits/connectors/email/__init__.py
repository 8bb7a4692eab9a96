"""Mail: for a company without any system, each message is a mail, and a reply to it an answer."""

from conduits.connectors.absent import add_reply, open_request, upsert_contact
from conduits.connectors.email.config import Config
from conduits.connectors.email.inbound import parse, verify
from conduits.connectors.email.polling import poll
from conduits.connectors.email.writing import append_to_timeline, check
from conduits.connectors.kinds import Capabilities

NAME = "email"
TITLE = "E-mail"
ABOUT = "Each message comes as a mail, and whoever replies to it answers the customer."
INBOUND = "Have your mail provider post each mail for the address for replies to it, as it came."
CAPABILITIES = Capabilities(timeline=True, inbound=True)

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
