"""The record of an agreement: the same for both sides, named by the hash of its canonical form, signed by both.

Records of one conduit form a chain: each names the one before in `prev`. docs/verify_terms.py checks them.
"""

import base64
import hashlib
from typing import Any, Literal

import rfc8785
from django.utils import timezone

from conduits.models import Conduit, Proffer, SigningKey, Terms
from conduits.terms.rosters import Agreement
from conduits.terms.signatures import keys_between, sign

Kind = Terms.Kind
Side = Literal["person", "company"]


def record_agreement(*, conduit: Conduit, agreement: Agreement, proffer: Proffer) -> Terms:
    """The record of what both agree to now, as the conduit's newest. In the caller's turn and transaction."""
    head = newest_record(conduit)
    if head is None or head.kind == Kind.WITHDRAWAL:
        kind = Kind.AGREEMENT
    else:
        kind = Kind.RENEWAL if head.agreement == agreement.id else Kind.CHANGE
    offered = {"preferred": proffer.preferred, "alternative": proffer.alternative or None}
    content = {"agreement": agreement.as_json(), "proffered": offered}
    return _record(conduit, kind, content, after=head, signed_by=("person", "company"))


def record_withdrawal(*, conduit: Conduit, by: Side) -> Terms:
    """The record that one side ended the newest agreement; that side alone signs it. As above."""
    head = newest_record(conduit)
    assert head is not None  # noqa: S101 (its caller has seen an agreement)
    content = {"agreement": head.record["agreement"], "by": by}
    return _record(conduit, Kind.WITHDRAWAL, content, after=head, signed_by=(by,))


def newest_record(conduit: Conduit) -> Terms | None:
    """The head of the conduit's chain: an agreement, or the withdrawal that ended it."""
    return conduit.agreements.order_by("-id").first()


def canonical(record: dict[str, Any]) -> bytes:
    """The record's RFC 8785 form, which is what is hashed and signed."""
    return rfc8785.dumps(record)


def record_hash(record: dict[str, Any]) -> str:
    """SHA-256, in hexadecimal, of the record's canonical form."""
    return hashlib.sha256(canonical(record)).hexdigest()


def _record(
    conduit: Conduit, kind: Terms.Kind, content: dict[str, Any], *, after: Terms | None, signed_by: tuple[Side, ...]
) -> Terms:
    keys = dict(zip(("person", "company"), keys_between(conduit.owner, conduit.company), strict=True))
    record = {
        "type": kind.value,
        **content,
        "first_party": {"person": keys["person"].name, "key": _public(keys["person"])},
        "second_party": {
            "company": keys["company"].name,
            "name": conduit.company.name,
            "key": _public(keys["company"]),
        },
        "conduit": str(conduit.pk),
        "pico": conduit.pico.code,
        "agreed_at": timezone.now().isoformat().replace("+00:00", "Z"),
        "prev": after.sha256 if after else None,
    }
    text = canonical(record)
    signatures = {f"{side}_signature": sign(keys[side], text) for side in signed_by}
    return Terms.objects.create(
        conduit=conduit,
        kind=kind,
        agreement=record["agreement"]["id"],
        version=record["agreement"]["version"],
        record=record,
        sha256=hashlib.sha256(text).hexdigest(),
        previous_sha256=after.sha256 if after else "",
        **signatures,
    )


def _public(key: SigningKey) -> str:
    return base64.b64encode(bytes(key.public)).decode()
