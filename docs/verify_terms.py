#!/usr/bin/env python3
"""Verifies terms: reads what GET /api/v1/terms/{sha256} or GET /api/v1/conduits/{id}/terms answered, on its input."""

import base64
import hashlib
import json
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

chain = (given := json.load(sys.stdin)).get("results", [given])
expected = chain[0]["sha256"]
for terms in chain:
    record, said = terms["record"], terms["record"]["agreement"]
    # RFC 8785: of a record of texts, lists, true, false and null, with names in ASCII, this is the canonical form.
    canonical = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    if not hashlib.sha256(canonical).hexdigest() == terms["sha256"] == expected:
        sys.exit(f"{expected}: this is not the record that was agreed to")
    if hashlib.sha256(said["text"].encode()).hexdigest() != said["sha256"]:
        sys.exit(f"{expected}: this is not the text of {said['id']}")
    for side, party in (("person", "first_party"), ("company", "second_party")):
        if record.get("by", side) == side:  # whoever withdraws signs alone
            key = Ed25519PublicKey.from_public_bytes(base64.b64decode(record[party]["key"]))
            try:
                key.verify(base64.b64decode(terms["signatures"][side] or ""), canonical)
            except InvalidSignature:
                sys.exit(f"{expected}: the signature of the {side} does not fit")
    sys.stdout.write(f"{record['agreed_at']} {record['type']} {said['id']} {expected}\n")
    expected = record["prev"]
