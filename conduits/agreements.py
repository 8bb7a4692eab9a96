"""The agreements that a person can proffer, and the record of the one that a conduit opens with.

For now there is one, in plain words; both sides keep the same record, named by the hash of its canonical form.
"""

import hashlib
import hmac
from typing import Any, Final

import rfc8785
from django.conf import settings

from conduits.models import Conduit, Terms

DEFAULT_AGREEMENT: Final = {
    "id": "SD-BASE-DP",
    "version": "2026-01",
    "title": "Service only, and my data can move",
    "text": (
        "You may use what I share through this conduit to serve me with this product, and for nothing else. "
        "You do not sell it, pass it on, or profile me with it. I can take my data along, and end this at any time."
    ),
}


def agree(*, conduit: Conduit, agreed_at: str) -> Terms:
    """Records the default agreement as the conduit's first terms. `agreed_at` is RFC 3339 UTC."""
    record = {
        "type": "agreement",
        "agreement": DEFAULT_AGREEMENT,
        "first_party": {"person": pairwise_id(conduit)},
        "second_party": {"company": str(conduit.company_id), "name": conduit.company.name},
        "conduit": str(conduit.pk),
        "pico": conduit.pico.code,
        "agreed_at": agreed_at,
        "prev": None,
    }
    return Terms.objects.create(conduit=conduit, record=record, sha256=record_hash(record))


def pairwise_id(conduit: Conduit) -> str:
    """Names the person to this company only: two companies cannot find out that they have the same customer."""
    pair = f"{conduit.owner_id}\n{conduit.company_id}".encode()
    return hmac.digest(settings.SECRET_KEY.encode(), pair, hashlib.sha256)[:16].hex()


def record_hash(record: dict[str, Any]) -> str:
    """SHA-256, in hexadecimal, of the record's RFC 8785 canonical JSON."""
    return hashlib.sha256(rfc8785.dumps(record)).hexdigest()
