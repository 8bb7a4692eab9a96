"""The parties' signatures under their agreements: Ed25519 (RFC 8032) over the bytes that are agreed to.

The server keeps the keys for its parties, sealed. So a signature shows that a record is the one that was agreed to
here, and that nobody changed it since; whoever runs the server could sign for a party.
"""

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from conduits.models import SigningKey
from parties.models import Company, Person
from parties.vault import open_sealed, seal


def company_key(company: Company) -> SigningKey:
    """The company's key, made when it is first needed."""
    return _key(company, None)


def person_key(person: Person, *, towards: Company) -> SigningKey:
    """The person's key towards this company, made when it is first needed. Its name tells no other company anything."""
    return _key(towards, person)


def sign(key: SigningKey, text: bytes) -> bytes:
    """The 64 bytes of the signature. Raises InvalidToken where the key was sealed under a secret that is gone."""
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(open_sealed(key.sealed)))
    return private.sign(text)


def _key(company: Company, person: Person | None) -> SigningKey:
    known = SigningKey.objects.filter(company=company, owner=person).first()
    if known:
        return known
    private = Ed25519PrivateKey.generate()
    # Of two who need it at once, the second waits for the first one's row and takes that.
    return SigningKey.objects.get_or_create(
        company=company,
        owner=person,
        defaults={
            "name": _pairwise(person, company) if person else str(company.pk),
            "public": private.public_key().public_bytes_raw(),
            "sealed": seal(private.private_bytes_raw().hex()),
        },
    )[0]


def _pairwise(person: Person, company: Company) -> str:
    pair = f"{person.pk}\n{company.pk}".encode()
    return hmac.digest(settings.SECRET_KEY.encode(), pair, hashlib.sha256)[:16].hex()
