"""The parties' signatures under their agreements: Ed25519 (RFC 8032) over the bytes that are agreed to.

The server keeps the keys for its parties, sealed. So a signature shows that a record is the one that was agreed to
here, and that nobody changed it since; whoever runs the server could sign for a party.
"""

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db.models import Q

from conduits.models import SigningKey
from parties.models import Company, Person
from parties.vault import open_sealed, seal


def keys_between(person: Person, company: Company) -> tuple[SigningKey, SigningKey]:
    """The person's key towards this company, and the company's, each made when it is first needed.

    The name of the person's tells no other company anything.
    """
    both = SigningKey.objects.filter(Q(owner=person) | Q(owner=None), company=company)
    known = {key.owner_id: key for key in both}
    if missing := [owner for owner in (person, None) if (owner and owner.pk) not in known]:
        # Of two who need one at once, the second waits for the first one's row and takes that.
        SigningKey.objects.bulk_create([_new_key(company, owner) for owner in missing], ignore_conflicts=True)
        known = {key.owner_id: key for key in both.all()}
    return known[person.pk], known[None]


def sign(key: SigningKey, text: bytes) -> bytes:
    """The 64 bytes of the signature. Raises InvalidToken where the key was sealed under a secret that is gone."""
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(open_sealed(key.sealed)))
    return private.sign(text)


def _new_key(company: Company, owner: Person | None) -> SigningKey:
    private = Ed25519PrivateKey.generate()
    return SigningKey(
        company=company,
        owner=owner,
        name=_pairwise(owner, company) if owner else str(company.pk),
        public=private.public_key().public_bytes_raw(),
        sealed=seal(private.private_bytes_raw().hex()),
    )


def _pairwise(person: Person, company: Company) -> str:
    pair = f"{person.pk}\n{company.pk}".encode()
    return hmac.digest(settings.SECRET_KEY.encode(), pair, hashlib.sha256)[:16].hex()
