"""The tables of the conduit floor."""

from conduits.models.access_log import AccessLine
from conduits.models.conduit import Conduit
from conduits.models.delivery import Attempt, Delivery
from conduits.models.endpoint import Endpoint
from conduits.models.held import Held
from conduits.models.signing_key import SigningKey
from conduits.models.terms import Acceptance, Preference, Proffer, Terms

__all__ = [
    "Acceptance",
    "AccessLine",
    "Attempt",
    "Conduit",
    "Delivery",
    "Endpoint",
    "Held",
    "Preference",
    "Proffer",
    "SigningKey",
    "Terms",
]
