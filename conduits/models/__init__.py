"""The tables of the conduit floor."""

from conduits.models.access_log import AccessLine
from conduits.models.advisory import Acknowledgement, Advisory, SerialRun, Wording
from conduits.models.assignment import Assignment
from conduits.models.conduit import Conduit
from conduits.models.connector import Connector, Counterpart, Received
from conduits.models.context_pass import ContextPass
from conduits.models.delivery import Attempt, Delivery
from conduits.models.endpoint import Endpoint
from conduits.models.held import Held
from conduits.models.label import Label
from conduits.models.mail import ReceivedMail, ReplyAddress, WaitTold
from conduits.models.reach import Allowance, Dispatch, Mute, PushKey, Reach, Way
from conduits.models.request import Request
from conduits.models.signing_key import SigningKey
from conduits.models.telling import Telling, Told, Wish
from conduits.models.terms import Acceptance, Preference, Proffer, Terms

__all__ = [
    "Acceptance",
    "AccessLine",
    "Acknowledgement",
    "Advisory",
    "Allowance",
    "Assignment",
    "Attempt",
    "Conduit",
    "Connector",
    "ContextPass",
    "Counterpart",
    "Delivery",
    "Dispatch",
    "Endpoint",
    "Held",
    "Label",
    "Mute",
    "Preference",
    "Proffer",
    "PushKey",
    "Reach",
    "Received",
    "ReceivedMail",
    "ReplyAddress",
    "Request",
    "SerialRun",
    "SigningKey",
    "Telling",
    "Terms",
    "Told",
    "WaitTold",
    "Way",
    "Wish",
    "Wording",
]
